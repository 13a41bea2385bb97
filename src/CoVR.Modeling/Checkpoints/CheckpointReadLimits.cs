namespace CoVR.Modeling.Checkpoints;

/// <summary>Limits for reading the table of contents of a weights file; a file that exceeds them is rejected with a <see cref="CheckpointException"/>.</summary>
/// <remarks>
/// The defaults are far above real checkpoints and dictionaries of millions of caption embeddings. Tensors do not count: they
/// are never larger than their file, and are read only when they are asked for. Immutable.
/// </remarks>
internal sealed class CheckpointReadLimits
{
    // The allowance for small files.
    private const long FreeMemory = 1 << 26;

    /// <summary>The default limits.</summary>
    public static CheckpointReadLimits Default { get; } = new();

    /// <summary>Bytes of one pickle.</summary>
    /// <value>1 GiB.</value>
    public long PickleBytes { get; init; } = 1L << 30;

    /// <summary>Instructions of one pickle: about two for each text or number.</summary>
    /// <value>200 million.</value>
    public long Instructions { get; init; } = 200_000_000;

    /// <summary>Bytes of memory that the values of one pickle may take, as estimated while they are made.</summary>
    /// <value>4 GiB.</value>
    public long Memory { get; init; } = 4L << 30;

    /// <summary>Bytes of memory for each byte of the pickle read so far, above the first 64 MiB.</summary>
    /// <value>64; texts take about 4, numbers 20.</value>
    public int MemoryPerByte { get; init; } = 64;

    /// <summary>The maximum nesting of tuples, lists and dictionaries.</summary>
    /// <value>1,000.</value>
    public int Nesting { get; init; } = 1_000;

    /// <summary>Bytes of one text or byte string.</summary>
    /// <value>256 MiB.</value>
    public int TextBytes { get; init; } = 1 << 28;

    /// <summary>The memory allowed after some bytes of a pickle.</summary>
    internal long MemoryAfter(long bytes) => Math.Min(Memory, FreeMemory + (MemoryPerByte * bytes));
}
