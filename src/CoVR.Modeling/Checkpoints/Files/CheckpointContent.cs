using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>The content of a weights file.</summary>
/// <param name="Format">Its form.</param>
/// <param name="Root">The value: usually a dictionary.</param>
/// <param name="Metadata">Texts that a safetensors file carries.</param>
internal sealed record CheckpointContent(CheckpointFormat Format, object? Root, IReadOnlyDictionary<string, string> Metadata) : IDisposable
{
    /// <summary>Files that were opened besides the first.</summary>
    public IReadOnlyList<CheckpointFile> Shards { get; init; } = [];

    /// <summary>Metadata of files that have none.</summary>
    public static IReadOnlyDictionary<string, string> NoMetadata { get; } = new Dictionary<string, string>();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var shard in Shards)
        {
            shard.Dispose();
        }
    }
}

/// <summary>A tensor to write, wherever its bytes are.</summary>
/// <param name="Name">Its name, if the form has names.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Visit">Visits its bytes in C order, in pieces.</param>
internal sealed record WritableTensor(string Name, ScalarType Type, long[] Shape, Action<TensorBytes.Visitor> Visit)
{
    /// <summary>Number of elements.</summary>
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Number of bytes.</summary>
    public long Bytes => Elements * ElementTypes.SizeOf(Type);

    /// <summary>A tensor in memory or on a device.</summary>
    public static WritableTensor Of(string name, Tensor tensor) =>
        new(name, tensor.dtype, tensor.shape, visit => TensorBytes.VisitAny(tensor, visit));

    /// <summary>A tensor in another file.</summary>
    public static WritableTensor Of(CheckpointTensor tensor) => new(tensor.Name, tensor.DType, [.. tensor.Shape], tensor.Visit);
}
