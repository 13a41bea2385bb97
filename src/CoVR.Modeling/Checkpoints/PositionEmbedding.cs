using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Fits learned position embeddings of a square grid of patches to another image size.</summary>
/// <remarks>
/// Bicubic (a = -0.75), without antialiasing, as <c>interpolate_pos_embed</c> of <c>src/model/blip/vit.py</c> (BLIP) and of
/// LAVIS' <c>eva_vit.py</c> and <c>clip_vit.py</c>; CLIP's is the only one with aligned corners.
/// </remarks>
internal static class PositionEmbedding
{
    /// <summary>Resizes position embeddings.</summary>
    /// <param name="positions">[1, N, C] or [N, C], class tokens first, the rest a square grid, row by row.</param>
    /// <param name="targetGridTokens">Tokens of the new grid, a square number; class tokens do not count.</param>
    /// <param name="classTokens">Leading tokens that are kept as they are.</param>
    /// <param name="alignCorners">Whether the corners of both grids coincide (CLIP) or their outer edges (BLIP, EVA).</param>
    /// <returns>A new tensor of the same rank and type; the caller (or the current scope) disposes it.</returns>
    /// <exception cref="ArgumentException">The rank is another, or a grid is no square.</exception>
    public static Tensor Resize(Tensor positions, long targetGridTokens, int classTokens = 1, bool alignCorners = false)
    {
        ArgumentNullException.ThrowIfNull(positions);
        ArgumentOutOfRangeException.ThrowIfNegative(classTokens);
        if (positions.dim() is not (2 or 3) || (positions.dim() == 3 && positions.shape[0] != 1))
        {
            throw new ArgumentException($"Position embeddings are [1, N, C] or [N, C], not [{string.Join(", ", positions.shape)}].", nameof(positions));
        }

        var gridTokens = positions.shape[^2] - classTokens;
        var (from, to) = (Side(gridTokens, nameof(positions)), Side(targetGridTokens, nameof(targetGridTokens)));
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        return from == to ? positions.clone().MoveToOuterDisposeScope() : Resize(positions, from, to, classTokens, alignCorners).MoveToOuterDisposeScope();
    }

    public static Tensor? TryResize(Tensor source, IReadOnlyList<long> shape, int classTokens, bool alignCorners)
    {
        var fits = source.dim() == shape.Count && source.dim() is 2 or 3 && source.shape[^1] == shape[^1] && (source.dim() == 2 || (source.shape[0], shape[0]) is (1, 1));
        return fits && IsSquare(source.shape[^2] - classTokens) && IsSquare(shape[^2] - classTokens)
            ? Resize(source, shape[^2] - classTokens, classTokens, alignCorners)
            : null;
    }

    private static Tensor Resize(Tensor positions, long from, long to, int classTokens, bool alignCorners)
    {
        var (axis, width) = (positions.dim() - 2, positions.shape[^1]);
        var grid = positions.narrow(axis, classTokens, from * from).reshape(1, from, from, width).permute(0, 3, 1, 2);
        var resized = nn.functional.interpolate(grid, size: [to, to], mode: InterpolationMode.Bicubic, align_corners: alignCorners)
            .permute(0, 2, 3, 1)
            .reshape([.. positions.shape[..(int)axis], to * to, width]);
        return cat([positions.narrow(axis, 0, classTokens), resized], axis);
    }

    private static long Side(long tokens, string parameter) =>
        IsSquare(tokens) ? (long)Math.Round(Math.Sqrt(tokens)) : throw new ArgumentException($"{tokens} tokens do not form a square grid.", parameter);

    private static bool IsSquare(long tokens)
    {
        var side = (long)Math.Round(Math.Sqrt(Math.Max(0, tokens)));
        return tokens > 0 && side * side == tokens;
    }
}
