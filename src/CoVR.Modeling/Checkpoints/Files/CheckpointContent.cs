namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>What a reader found in a file.</summary>
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
