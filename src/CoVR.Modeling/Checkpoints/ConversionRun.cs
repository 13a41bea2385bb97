using CoVR.Modeling.Checkpoints.Files;

namespace CoVR.Modeling.Checkpoints;

/// <summary>One conversion: counts bytes while writing and compares them afterwards.</summary>
internal sealed class ConversionRun(Checkpoint source, IReadOnlyDictionary<string, CheckpointTensor> tensors, bool verify, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
{
    private readonly long _start = TimeProvider.System.GetTimestamp();
    private long _done;

    /// <summary>Names of all tensors.</summary>
    public IReadOnlyList<string> Names { get; } = [.. tensors.Keys];

    /// <summary>Bytes of all tensors.</summary>
    public long Bytes { get; } = tensors.Values.Sum(BytesOf);

    /// <summary>Whether the written file is compared.</summary>
    public bool Verifies => verify;

    /// <summary>A tensor whose bytes are counted while they are written.</summary>
    public WritableTensor Watched(CheckpointTensor tensor) => WritableTensor.Of(tensor) with
    {
        Visit = visit => tensor.Visit(bytes =>
        {
            visit(bytes);
            Count(tensor.Name, bytes.Length);
        }),
    };

    /// <summary>Compares the written file with the old one.</summary>
    public void Check(string path, string? root)
    {
        if (!verify)
        {
            return;
        }

        using var written = Checkpoint.Open(path);
        var copies = written.Tensors(root);
        if (copies.Count != tensors.Count)
        {
            throw source.Error($"the converted file holds {copies.Count} tensors instead of {tensors.Count}");
        }

        foreach (var (name, tensor) in tensors)
        {
            if (!copies.TryGetValue(name, out var copy) || copy.DType != tensor.DType || !copy.Shape.SequenceEqual(tensor.Shape) || !Equal(tensor, copy))
            {
                throw source.Error($"'{name}' differs in the converted file, which was therefore deleted: the disk or memory may be faulty");
            }
        }
    }

    /// <summary>Whether two tensors have the same bytes.</summary>
    public static bool AreEqual(CheckpointTensor left, CheckpointTensor right) =>
        left.DType == right.DType && left.Shape.SequenceEqual(right.Shape) && EqualBytes(left, right, _ => { });

    private static long BytesOf(CheckpointTensor tensor) => tensor.Elements * ElementTypes.SizeOf(tensor.DType);

    // The copy is contiguous: its bytes are read where the other's piece stands.
    private static bool EqualBytes(CheckpointTensor tensor, CheckpointTensor copy, Action<int> count)
    {
        var (storage, layout) = copy.View;
        var (position, equal, buffer) = (storage.Offset + (layout.Offset * ElementTypes.SizeOf(copy.DType)), true, new byte[TensorBytes.PieceBytes]);
        tensor.Visit(bytes =>
        {
            var other = buffer.AsSpan(0, bytes.Length);
            storage.File.Read(other, position);
            equal &= other.SequenceEqual(bytes);
            position += bytes.Length;
            count(bytes.Length);
        });
        return equal;
    }

    private bool Equal(CheckpointTensor tensor, CheckpointTensor copy) => EqualBytes(tensor, copy, bytes => Count(tensor.Name, bytes));

    private void Count(string tensor, int bytes)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _done += bytes;
        progress?.Report(new JobProgress(_done, verify ? 2 * Bytes : Bytes, 0, TimeProvider.System.GetElapsedTime(_start)) { Activity = tensor });
    }
}
