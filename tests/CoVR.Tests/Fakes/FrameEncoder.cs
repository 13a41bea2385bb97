using CoVR.Modeling;
using static TorchSharp.torch;

namespace CoVR.Tests.Fakes;

/// <summary>A <see cref="ColourEncoder"/> that takes frames and texts, as a service does.</summary>
public sealed class FrameEncoder : IComposedEncoder
{
    private static readonly Dictionary<string, int> Words = new() { ["red"] = 1, ["green"] = 2, ["blue"] = 4 };

    public int Vectors => 1;

    public int Dimensions => 8;

    public bool TakesFrames => true;

    /// <summary>The rows of each call.</summary>
    public List<int> Calls { get; } = [];

    /// <summary>Changes an answer.</summary>
    public Func<IReadOnlyList<EmbeddingSet>, IReadOnlyList<EmbeddingSet>> Change { get; init; } = sets => sets;

    /// <summary>Thrown by every call.</summary>
    public Exception? Failure { get; set; }

    public async Task<IReadOnlyList<EmbeddingSet>> EmbedAsync(IReadOnlyList<(RgbFrame? Frame, string? Text)> rows, CancellationToken cancellationToken)
    {
        await Task.Yield();
        cancellationToken.ThrowIfCancellationRequested();
        Calls.Add(rows.Count);
        return Failure is null ? Change([.. rows.Select(row => OneHot(CornerOf(row.Frame) ^ WordsOf(row.Text)))]) : throw Failure;
    }

    public Tensor EncodeVisual(Tensor pixels) => throw new NotSupportedException();

    public Tensor EncodeTarget(Tensor visualTokens) => throw new NotSupportedException();

    public Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both) => throw new NotSupportedException();

    public Tensor EncodeCaption(TokenBatch caption) => throw new NotSupportedException();

    private static int CornerOf(RgbFrame? frame) => frame is null ? 0 : (frame.Rgb.Span[0] >> 7) | (frame.Rgb.Span[1] >> 7 << 1) | (frame.Rgb.Span[2] >> 7 << 2);

    private static int WordsOf(string? text) => text is null ? 0 : text.Split(' ').Aggregate(0, (corner, word) => corner ^ Words.GetValueOrDefault(word));

    private static EmbeddingSet OneHot(int corner)
    {
        var values = new float[8];
        values[corner] = 1;
        return new EmbeddingSet(values, 1, 8);
    }
}
