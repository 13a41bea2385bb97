namespace CoVR.Modeling.Checkpoints.Pickle;

/// <summary>What a pickle may cost; real checkpoints stay far below.</summary>
internal sealed record PickleLimits
{
    /// <summary>The limits used for files.</summary>
    public static PickleLimits Default { get; } = new();

    /// <summary>Bytes of one pickle.</summary>
    public long Bytes { get; init; } = 1L << 27;

    /// <summary>Instructions of one pickle.</summary>
    public int Operations { get; init; } = 20_000_000;

    /// <summary>Values on the stack.</summary>
    public int Stack { get; init; } = 4_000_000;

    /// <summary>Open marks: how deep tuples, lists and dictionaries are nested.</summary>
    public int Depth { get; init; } = 1_000;

    /// <summary>Remembered values.</summary>
    public int Memo { get; init; } = 8_000_000;

    /// <summary>Bytes of one text or byte string.</summary>
    public int Text { get; init; } = 1 << 24;

    /// <summary>Bytes of one whole number.</summary>
    public int Integer { get; init; } = 256;
}
