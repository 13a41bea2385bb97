using CoVR.Modeling;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>Where a step enters mixed precision and leaves it.</summary>
internal static class MixedPrecision
{
    /// <summary>Null for 32 bits.</summary>
    /// <exception cref="NotSupportedException">This libtorch does not offer it.</exception>
    internal static Autocast? Enter(TrainingPrecision precision, Device device) => precision switch
    {
        TrainingPrecision.BFloat16Mixed => Autocast.Enter(device.type, ScalarType.BFloat16),
        TrainingPrecision.Float16Mixed => Autocast.Enter(device.type, ScalarType.Float16),
        _ => null,
    };

    /// <summary>Brings embeddings back to 32 bits, and those that were rounded to unit length.</summary>
    internal static Tensor Leave(Tensor embeddings) => embeddings.dtype is ScalarType.Float32 or ScalarType.Float64
        ? embeddings
        : nn.functional.normalize(embeddings.to(ScalarType.Float32), dim: -1);
}
