using CoVR.Modeling;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Tests.Fakes;

/// <summary>
/// An encoder that anyone can compute by hand. A picture of one colour is one of eight corners of the RGB cube, its
/// embedding is one-hot over these corners; a text names channels that are switched: a composed query is the corner of
/// the reference with these channels flipped.
/// </summary>
public sealed class ColourEncoder(int vectors = 1) : IComposedEncoder
{
    /// <summary>A red of this value (of 255) makes the encoder fail.</summary>
    public const byte Poison = 13;

    /// <summary>A red of this value (of 255) makes the embedding NaN.</summary>
    public const byte NotANumber = 17;

    private int _visualCalls;

    public int Vectors => vectors;

    public int Dimensions => 8;

    /// <summary>How often pixels were encoded.</summary>
    public int VisualCalls => _visualCalls;

    /// <summary>How long a call takes.</summary>
    public TimeSpan Delay { get; init; }

    /// <summary>Called whenever pixels are encoded.</summary>
    public Action? OnEncode { get; init; }

    public static MediaId IdOf(int corner) => new($"corner-{corner}");

    /// <summary>A picture of a corner: bit 0 is red, bit 1 green, bit 2 blue.</summary>
    public static RgbFrame Picture(int corner) => Solid((byte)((corner & 1) * 255), (byte)((corner >> 1 & 1) * 255), (byte)((corner >> 2 & 1) * 255));

    public static RgbFrame Solid(byte red, byte green, byte blue)
    {
        var pixels = new byte[5 * 4 * 3];
        for (var i = 0; i < pixels.Length; i += 3)
        {
            (pixels[i], pixels[i + 1], pixels[i + 2]) = (red, green, blue);
        }

        return new RgbFrame(5, 4, pixels);
    }

    public Tensor EncodeVisual(Tensor pixels)
    {
        Interlocked.Increment(ref _visualCalls);
        OnEncode?.Invoke();
        Thread.Sleep(Delay);
        var colours = pixels.mean([2L, 3L]);
        if ((colours[.., 0] * 255).round().eq(Poison).any().item<bool>())
        {
            throw new InvalidOperationException("poisoned");
        }

        return colours.unsqueeze(1);
    }

    public Tensor EncodeTarget(Tensor visualTokens)
    {
        using var scope = NewDisposeScope();
        var poisoned = (visualTokens[.., 0, 0] * 255).round().eq(NotANumber);
        var corners = OneHot(Corners(visualTokens)).masked_fill(poisoned.view(-1, 1, 1), float.NaN);
        return corners.MoveToOuterDisposeScope();
    }

    public Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both)
    {
        using var scope = NewDisposeScope();
        Tensor? corners = null;
        if (parts.HasFlag(QueryParts.Reference))
        {
            corners = Corners(visualTokens ?? throw new ArgumentException("The reference is missing.", nameof(visualTokens)));
        }

        if (parts.HasFlag(QueryParts.Modification))
        {
            var flips = Words(modification ?? throw new ArgumentException("The text is missing.", nameof(modification)));
            corners = corners is null ? flips : corners.bitwise_xor(flips);
        }

        return OneHot(corners!).MoveToOuterDisposeScope();
    }

    public Tensor EncodeCaption(TokenBatch caption)
    {
        using var scope = NewDisposeScope();
        return nn.functional.one_hot(Words(caption), 8).to(ScalarType.Float32).MoveToOuterDisposeScope();
    }

    private static Tensor Words(TokenBatch text) => text.IdsOn(CPU).mul(text.MaskOn(CPU)).sum(1);

    private static Tensor Corners(Tensor tokens) =>
        tokens.squeeze(1).gt(0.5).to(ScalarType.Int64).mul(tensor(new long[] { 1, 2, 4 })).sum(1);

    private Tensor OneHot(Tensor corners) => nn.functional.one_hot(corners, 8).to(ScalarType.Float32).unsqueeze(1).repeat(1, vectors, 1);
}
