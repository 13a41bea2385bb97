using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling;

/// <summary>Visual tokens and a text to query vectors: cross attention, late fusion, average.</summary>
/// <remarks>Derive from <see cref="FusionModule"/> when it owns weights of this runtime. In evaluation mode calls are safe from several threads.</remarks>
public interface IFusionModule
{
    /// <summary>Computes query vectors.</summary>
    /// <param name="visualTokens">[B, N, C] of the reference; null when the query has no reference.</param>
    /// <param name="text">Ids and mask [B, T]; null when the query has no text.</param>
    /// <returns>[B, Q, D], unit rows; the caller's dispose scope owns it.</returns>
    Tensor Fuse(Tensor? visualTokens, TokenBatch? text);
}

/// <summary>A fusion with weights.</summary>
/// <param name="name">The module's name.</param>
public abstract class FusionModule(string name) : nn.Module(name), IFusionModule
{
    /// <inheritdoc/>
    public abstract Tensor Fuse(Tensor? visualTokens, TokenBatch? text);
}
