using CoVR.Modeling.Families;
using static TorchSharp.torch;

namespace CoVR.Modeling.Inference;

/// <summary>A layer whose weight can be packed.</summary>
internal interface IPackableLayer
{
    /// <summary>[O, I].</summary>
    Tensor Weight { get; }

    /// <summary>Replaces the weight; afterwards the layer only infers.</summary>
    void Pack(ModelPrecision precision);
}

/// <summary>Packs the linear layers of a model that is no longer trained.</summary>
internal static class Packing
{
    /// <summary>Packs each layer for which a measurement says that it is worth it.</summary>
    /// <param name="module">On the CPU; none of its parameters is trained.</param>
    /// <param name="precision">What the products are computed in. A layer whose weights are not all finite stays in <see cref="ModelPrecision.Float32"/>.</param>
    /// <returns>Whether a layer is computed in another precision than float32.</returns>
    public static bool Apply(nn.Module module, ModelPrecision precision)
    {
        using var noGrad = no_grad();
        var changed = false;
        // The largest first: what they need is measured before the time for measuring is spent.
        foreach (var layer in module.modules().OfType<IPackableLayer>().OrderByDescending(layer => layer.Weight.numel()))
        {
            if (OneDnn.IsPacked(layer.Weight) || layer.Weight.is_meta)
            {
                continue;
            }

            var own = precision == ModelPrecision.Float32 || !IsFinite(layer.Weight) || !IsWorthIt(precision, layer) ? ModelPrecision.Float32 : precision;
            if (own != ModelPrecision.Float32 || IsWorthIt(own, layer))
            {
                layer.Pack(own);
                changed |= own != ModelPrecision.Float32;
            }
        }

        return changed;
    }

    private static bool IsWorthIt(ModelPrecision precision, IPackableLayer layer) => LinearTimings.IsWorthPacking(precision, layer.Weight.shape[0], layer.Weight.shape[1]);

    private static bool IsFinite(Tensor weight)
    {
        using var scope = NewDisposeScope();
        return weight.abs().amax().isfinite().item<bool>();
    }
}
