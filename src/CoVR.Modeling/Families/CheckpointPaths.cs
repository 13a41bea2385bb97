namespace CoVR.Modeling;

/// <summary>Knows paths and nothing else: what a family uses where no host has a better resolver.</summary>
internal sealed class CheckpointPaths : ICheckpointResolver
{
    /// <summary>The only one.</summary>
    public static CheckpointPaths Resolver { get; } = new();

    /// <inheritdoc/>
    public string? FindFault(CheckpointReference reference) =>
        File.Exists(reference.Name) || Directory.Exists(reference.Name) ? null : $"there is no such file (looked for {Path.GetFullPath(reference.Name)}).";

    /// <inheritdoc/>
    public ValueTask<ResolvedCheckpoint> ResolveAsync(CheckpointReference reference, CancellationToken cancellationToken = default) => FindFault(reference) is { } fault
        ? throw new CheckpointException(reference.Name, fault)
        : ValueTask.FromResult(new ResolvedCheckpoint(Path.GetFullPath(reference.Name), Path.GetFileName(Path.TrimEndingDirectorySeparator(reference.Name))));
}
