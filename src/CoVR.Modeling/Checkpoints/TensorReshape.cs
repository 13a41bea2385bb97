using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Fits tensors of one kind to a model of another size.</summary>
/// <param name="Keys">The model's keys it is for; <c>*</c> stands for any characters.</param>
/// <param name="Apply">
/// Given the file's tensor (float32, on the CPU) and the model's shape, returns a new tensor of that shape, or null if it
/// cannot. Called only where the shapes differ.
/// </param>
public sealed record TensorReshape(string Keys, Func<Tensor, IReadOnlyList<long>, Tensor?> Apply)
{
    /// <summary>Resizes position embeddings of a square grid bicubically (see <see cref="PositionEmbedding"/>).</summary>
    /// <param name="keys">The model's keys; <c>*</c> stands for any characters.</param>
    /// <param name="classTokens">Leading positions that are kept as they are.</param>
    /// <param name="alignCorners">False for BLIP and EVA, true for CLIP.</param>
    /// <returns>The rule.</returns>
    public static TensorReshape Positions(string keys, int classTokens = 1, bool alignCorners = false) =>
        new(keys, (source, shape) => PositionEmbedding.TryResize(source, shape, classTokens, alignCorners));
}
