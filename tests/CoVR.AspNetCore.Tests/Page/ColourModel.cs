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
    public static int Width => Scenes.Kinds.Count + Colours;

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
        var layout = frame is null ? NoiseOf(text!) : LayoutOf(frame);
        if (frame is not null)
        {
            kinds[Scenes.KindOf(frame)] += 1;
        }

        float[] values = [.. kinds, .. layout];
        return new EmbeddingSet(Unit(values), 1, values.Length);
    }

    // No model is quite sure of words.
    private static float[] NoiseOf(string text)
    {
        var random = new Random(text.Sum(letter => letter));
        return Unit([.. Enumerable.Range(0, Colours).Select(_ => random.NextSingle() - 0.5f)], 0.3f);
    }

    // What differs within each row, so that not the sky but hills and sun count.
    private static float[] LayoutOf(RgbFrame frame)
    {
        var cells = Enumerable.Range(0, Colours).Select(i => frame.Rgb.Span[(((CellAt(i / 3 / Cells, frame.Height) * frame.Width) + CellAt(i / 3 % Cells, frame.Width)) * 3) + (i % 3)] / 255f).ToArray();
        return Unit([.. cells.Select((value, i) => value - Enumerable.Range(0, Cells).Average(x => cells[(((i / 3 / Cells * Cells) + x) * 3) + (i % 3)]))], 0.7f);
    }

    private static int CellAt(int cell, int length) => ((cell * 2) + 1) * length / (2 * Cells);

    private static float[] Unit(float[] values, float length = 1)
    {
        var share = length / MathF.Max(1e-6f, MathF.Sqrt(values.Sum(value => value * value)));
        return [.. values.Select(value => value * share)];
    }
}
