using CoVR.Modeling;
using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.AspNetCore.Tests.Page;

/// <summary>A model that knows the kinds of <see cref="Scenes"/> by name and sight, and sees where colours are.</summary>
internal sealed class ColourModel : IComposedEncoder, ITextTokenizer
{
    private const int Cells = 6;
    private const int Colours = Cells * Cells * 3;

    /// <summary>The length of its embeddings.</summary>
    public static int Width => Scenes.Kinds.Count + Colours + 1;

    public int Vectors => 1;

    public int Dimensions => Width;

    public bool TakesFrames => true;

    public static ComposedModel Create()
    {
        NativeTorch.EnsureLoaded();
        var encoder = new ColourModel();
        return new ComposedModel(encoder, encoder, text => text, new ModelDescription("colours", new ImageInput(24, [0, 0, 0], [1, 1, 1]), new TextInput(8, 8, 8), new string('0', 64)), torch.CPU);
    }

    public Task<IReadOnlyList<EmbeddingSet>> EmbedAsync(IReadOnlyList<(RgbFrame? Frame, string? Text)> rows, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<EmbeddingSet>>([.. rows.Select(row => Embed(row.Frame, row.Text))]);

    public Tensor EncodeVisual(Tensor pixels) => throw new NotSupportedException();

    public Tensor EncodeTarget(Tensor visualTokens) => throw new NotSupportedException();

    public Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both) => throw new NotSupportedException();

    public Tensor EncodeCaption(TokenBatch caption) => throw new NotSupportedException();

    public TokenBatch Encode(IReadOnlyList<string> texts, int maxLength, bool padToMaxLength = false) => throw new NotSupportedException();

    private static EmbeddingSet Embed(RgbFrame? frame, string? text)
    {
        var kinds = Scenes.Kinds.Select(kind => text?.Contains(kind, StringComparison.OrdinalIgnoreCase) == true ? 1f : 0f).ToArray();
        var layout = new float[Colours];
        if (frame is not null)
        {
            kinds[Scenes.KindOf(frame)] += 1;
            layout = LayoutOf(frame);
        }

        float[] values = [.. kinds, .. layout, 0.01f]; // never of no length
        return new EmbeddingSet(Unit(values), 1, values.Length);
    }

    private static float[] LayoutOf(RgbFrame frame)
    {
        var pixels = frame.Rgb.ToArray();
        return Unit([.. Enumerable.Range(0, Colours).Select(i =>
        {
            var (x, y) = (((i / 3 % Cells * 2) + 1) * frame.Width / (2 * Cells), ((i / 3 / Cells * 2) + 1) * frame.Height / (2 * Cells));
            return (pixels[(((y * frame.Width) + x) * 3) + (i % 3)] / 255f) - 0.5f;
        })], 0.7f);
    }

    private static float[] Unit(float[] values, float length = 1)
    {
        var share = length / MathF.Sqrt(values.Sum(value => value * value));
        return [.. values.Select(value => value * share)];
    }
}
