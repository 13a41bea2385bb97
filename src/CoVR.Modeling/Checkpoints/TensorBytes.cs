using CoVR.Modeling.Families;
using CoVR.Modeling.Inference;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Visits the bytes of a tensor in pieces, also above the 2 GB that one span can hold.</summary>
internal static class TensorBytes
{
    /// <summary>Bytes of one piece, at most.</summary>
    public const int PieceBytes = 1 << 22;

    /// <summary>Given a piece of a tensor's bytes.</summary>
    internal delegate void Visitor(Span<byte> bytes);

    /// <summary>Visits the bytes of a contiguous tensor on the CPU, in order; they may be changed.</summary>
    public static void Visit(Tensor tensor, Visitor visit)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var flat = tensor.detach().view(-1);
        var (count, step) = (flat.shape[0], Math.Max(1, PieceBytes / tensor.ElementSize));
        for (var start = 0L; start < count; start += step)
        {
            using var piece = flat.narrow(0, start, Math.Min(step, count - start));
            visit(piece.bytes);
        }
    }

    /// <summary>Visits the bytes of any tensor in C order; one that is elsewhere or strided is copied for the time being.</summary>
    public static void VisitAny(Tensor tensor, Visitor visit)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        if (tensor.is_meta)
        {
            throw new InvalidOperationException($"The weights are in memory only as rounded for {nameof(ModelOptions.Precision)}: load the model with {ModelPrecision.Float32} to save it.");
        }

        Visit(OneDnn.IsPacked(tensor) ? tensor.to_dense() : tensor.detach().cpu().contiguous(), visit);
    }
}
