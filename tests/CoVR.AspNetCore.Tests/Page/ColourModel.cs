using CoVR.Modeling;
using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.AspNetCore.Tests.Page;

/// <summary>A model that sees colours and where they are, and knows the names of <see cref="Scenes"/>.</summary>
internal sealed class ColourModel : IComposedEncoder, ITextTokenizer
{
    private const int Cells = 6;
    private const int Colours = Cells * Cells * 3;

    public int Vectors => 1;

    public int Dimensions => Colours + 1;

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
        var values = new float[Colours + 1];
        values[Colours] = 0.01f; // never of no length
        if (frame is not null)
        {
            Add(values, frame, 1);
        }

        foreach (var kind in Scenes.Kinds.Where(kind => text?.Contains(kind, StringComparison.OrdinalIgnoreCase) == true))
        {
            Add(values, Scenes.Paint(kind, 1), 1);
        }

        var length = MathF.Sqrt(values.Sum(value => value * value));
        return new EmbeddingSet(values.Select(value => value / length).ToArray(), 1, values.Length);
    }

    private static void Add(float[] values, RgbFrame frame, float share)
    {
        var pixels = frame.Rgb.Span;
        for (var i = 0; i < Colours; i++)
        {
            var (x, y) = (((i / 3 % Cells * 2) + 1) * frame.Width / (2 * Cells), ((i / 3 / Cells * 2) + 1) * frame.Height / (2 * Cells));
            values[i] += share * ((pixels[(((y * frame.Width) + x) * 3) + (i % 3)] / 255f) - 0.62f);
        }
    }
}
