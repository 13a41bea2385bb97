using CoVR.Media;
using CoVR.Modeling;
using Microsoft.Extensions.AI;
using static TorchSharp.torch;

namespace CoVR.Extensions.AI.Embeddings;

/// <summary>Embeds frames and texts by two generators.</summary>
internal sealed class GeneratorEncoder(
    string name, GeneratorCalls<DataContent> pictures, GeneratorCalls<string> texts, string instruction, int dimensions, Func<float[], float[], float[]> fuse) : IComposedEncoder, ITextTokenizer
{
    public int Vectors => 1;

    public int Dimensions => dimensions;

    public bool TakesFrames => true;

    public async Task<IReadOnlyList<EmbeddingSet>> EmbedAsync(IReadOnlyList<(RgbFrame? Frame, string? Text)> rows, CancellationToken cancellationToken)
    {
        RgbFrame[] frames = [.. rows.Select(row => row.Frame).OfType<RgbFrame>().Distinct(ReferenceEqualityComparer.Instance).Cast<RgbFrame>()];
        string[] words = [.. rows.Select(row => row.Text).OfType<string>().Distinct()];
        var ofFrames = EmbedAsync(pictures, [.. frames.Select(frame => new DataContent(MediaWriter.EncodePng(frame), "image/png"))], cancellationToken);
        var ofWords = EmbedAsync(texts, [.. words.Select(text => instruction + text)], cancellationToken);
        await Task.WhenAll(ofFrames, ofWords).ConfigureAwait(false);
        return [.. rows.Select(row => new EmbeddingSet(Embed(row), 1, dimensions))];

        float[] Embed((RgbFrame? Frame, string? Text) row)
        {
            var reference = row.Frame is null ? null : ofFrames.Result[Array.FindIndex(frames, frame => ReferenceEquals(frame, row.Frame))];
            var text = row.Text is null ? null : ofWords.Result[Array.IndexOf(words, row.Text)];
            return reference is null ? text! : text is null ? reference : Unit(fuse(reference, text));
        }
    }

    public Tensor EncodeVisual(Tensor pixels) => throw NotSupported();

    public Tensor EncodeTarget(Tensor visualTokens) => throw NotSupported();

    public Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both) => throw NotSupported();

    public Tensor EncodeCaption(TokenBatch caption) => throw NotSupported();

    public TokenBatch Encode(IReadOnlyList<string> texts, int maxLength, bool padToMaxLength = false) => throw NotSupported();

    private async Task<float[][]> EmbedAsync<T>(GeneratorCalls<T> calls, T[] inputs, CancellationToken cancellationToken) =>
        inputs.Length == 0 ? [] : await calls.EmbedAsync(inputs, dimensions, cancellationToken).ConfigureAwait(false);

    private float[] Unit(float[] query) => UnitMean.Normalize(query) ? query : throw new EmbeddingServiceException(
        name, "reference and text cancel each other out, so that the query has no direction. Change the text, ReferenceWeight or the FusionHead.");

    private static NotSupportedException NotSupported() => new("A model of embedding generators takes frames and texts, not tensors: it cannot be trained, and has no captions or visual tokens to store.");
}
