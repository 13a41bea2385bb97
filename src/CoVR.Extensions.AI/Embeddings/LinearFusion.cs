using System.Numerics.Tensors;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Extensions.AI.Embeddings;

/// <summary>Fuses the vectors [D] of a reference and a text.</summary>
internal static class LinearFusion
{
    /// <summary>The weighted sum.</summary>
    public static float[] Weigh(float[] reference, float[] text, float weight)
    {
        var sum = new float[text.Length];
        TensorPrimitives.Multiply(text, 1 - weight, sum);
        TensorPrimitives.MultiplyAdd(reference, weight, sum, sum);
        return sum;
    }

    /// <summary>Loads a trained linear layer.</summary>
    /// <param name="path">A weights file with <c>weight</c> [D, 2 D] and optionally <c>bias</c> [D].</param>
    /// <param name="dimensions">D.</param>
    /// <returns>The layer.</returns>
    /// <exception cref="CheckpointException">The file cannot be read, or is not of this shape.</exception>
    public static Func<float[], float[], float[]> Load(string path, int dimensions)
    {
        using var checkpoint = Checkpoint.Open(path);
        var tensors = checkpoint.StateDict();
        var shapes = new Dictionary<string, long[]> { ["weight"] = [dimensions, 2 * dimensions], ["bias"] = [dimensions] };
        var misshapen = tensors.Where(tensor => shapes.TryGetValue(tensor.Key, out var shape) && !tensor.Value.Shape.SequenceEqual(shape))
            .ToDictionary(tensor => tensor.Key, tensor => CheckpointException.DescribeShapes(shapes[tensor.Key], tensor.Value.Shape));
        string[] unexpected = [.. tensors.Keys.Except(shapes.Keys)];
        if (!tensors.ContainsKey("weight") || unexpected.Length > 0 || misshapen.Count > 0)
        {
            throw new CheckpointException(path, tensors.ContainsKey("weight") ? [] : ["weight"], unexpected, misshapen, $"A fusion head for {dimensions} dimensions is one linear layer.");
        }

        var weight = Read(tensors["weight"]);
        var bias = tensors.TryGetValue("bias", out var values) ? Read(values) : new float[dimensions];
        return (reference, text) => Apply(weight, bias, [.. reference, .. text]);
    }

    private static float[] Apply(float[] weight, float[] bias, float[] input)
    {
        var output = new float[bias.Length];
        for (var i = 0; i < output.Length; i++)
        {
            output[i] = bias[i] + TensorPrimitives.Dot<float>(weight.AsSpan(i * input.Length, input.Length), input);
        }

        return output;
    }

    private static float[] Read(CheckpointTensor tensor)
    {
        using var scope = NewDisposeScope();
        return tensor.Read().to(ScalarType.Float32).data<float>().ToArray();
    }
}
