namespace CoVR.Modeling.Checkpoints;

/// <summary>What a conversion took over and what it left out.</summary>
/// <param name="Source">The file that was read.</param>
/// <param name="Destination">The file that was written.</param>
public sealed record ConversionReport(string Source, string Destination)
{
    /// <summary>Names of the tensors that were written.</summary>
    public IReadOnlyList<string> Tensors { get; init; } = [];

    /// <summary>Bytes of those tensors, each name counted.</summary>
    public long Bytes { get; init; }

    /// <summary>Names that were one tensor with an earlier name, to that name. Safetensors has no shared tensors: there each is written for itself.</summary>
    public IReadOnlyDictionary<string, string> Tied { get; init; } = new Dictionary<string, string>();

    /// <summary>What the old file held besides, such as <c>optimizer</c> and <c>epoch</c>; it is not in the new one.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    /// <summary>Whether every tensor was compared bit for bit.</summary>
    public bool Verified { get; init; }

    /// <summary>The numbers in one line.</summary>
    public override string ToString() =>
        $"{Destination}: {Tensors.Count} tensors, {Bytes} bytes{(Verified ? ", compared bit for bit" : "")}; {Tied.Count} tied; dropped: {(Dropped.Count == 0 ? "nothing" : string.Join(", ", Dropped))}";
}
