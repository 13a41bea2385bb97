using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace CoVR.Modeling.Layers;

/// <summary>A table of vectors. Key: <c>weight</c> [count, C].</summary>
/// <remarks>Values are unset until a <see cref="WeightInitializer"/> or a checkpoint sets them. Safe for concurrent use.</remarks>
internal sealed class Embedding : nn.Module<Tensor, Tensor>
{
    private readonly long? _paddingIndex;

    [ComponentName(Name = "weight")]
    private Parameter _weight;

    /// <summary>Allocates the table.</summary>
    /// <param name="count">Number of vectors, at least 1.</param>
    /// <param name="width">C, at least 1.</param>
    /// <param name="paddingIndex">A row that gets no gradient, or null.</param>
    /// <param name="device">Where; null for the CPU.</param>
    public Embedding(long count, long width, long? paddingIndex = null, Device? device = null)
        : base(nameof(Embedding))
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(count, 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(width, 1);
        _paddingIndex = paddingIndex;
        _weight = Parameters.Uninitialized(device, count, width);
        RegisterComponents();
    }

    /// <summary>[count, C]; owned by the layer.</summary>
    public Tensor Weight => _weight;

    /// <summary>Looks up rows.</summary>
    /// <param name="ids">[B, T] int64, each in [0, count).</param>
    /// <returns>[B, T, C].</returns>
    public override Tensor forward(Tensor ids)
    {
        using var scope = NewDisposeScope();
        var flat = ids.reshape(-1);
        var rows = _weight.index_select(0, flat);
        if (_paddingIndex is { } padding && rows.requires_grad)
        {
            using Scalar index = padding;
            rows = where(flat.eq(index).unsqueeze(1), rows.detach(), rows);
        }

        return rows.reshape([.. ids.shape, _weight.shape[1]]).MoveToOuterDisposeScope();
    }
}
