namespace CoVR.Modeling.Checkpoints;

/// <summary>The outcome for every key of loaded weights. Keys are the module's names.</summary>
/// <param name="File">The file.</param>
public sealed record LoadReport(string File)
{
    /// <summary>Keys whose values were taken from the file, reshaped ones included.</summary>
    public IReadOnlyList<string> Taken { get; init; } = [];

    /// <summary>Of those, the ones that were fitted to another size.</summary>
    public IReadOnlyList<string> Reshaped { get; init; } = [];

    /// <summary>Keys of the file that a rule leaves out.</summary>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Keys of the module that the file lacks and that kept their values; in a strict load only optional ones, and further names of tensors that were taken.</summary>
    public IReadOnlyList<string> Missing { get; init; } = [];

    /// <summary>Keys of the file that the module does not know; empty after a strict load.</summary>
    public IReadOnlyList<string> Unexpected { get; init; } = [];

    /// <summary>Keys of another shape, whose values stayed, each with both shapes; empty after a strict load.</summary>
    public IReadOnlyDictionary<string, string> Misshapen { get; init; } = new Dictionary<string, string>();

    /// <summary>The numbers in one line.</summary>
    public override string ToString() =>
        $"{File}: {Taken.Count} loaded ({Reshaped.Count} reshaped), {Ignored.Count} ignored, {Missing.Count} missing, {Unexpected.Count} unexpected, {Misshapen.Count} of wrong shape";
}
