using CoVR.Modeling;

namespace CoVR.Checkpoints;

/// <summary>Where weights are and, unless they are a user's own file, where they come from.</summary>
/// <param name="Local">What the caller gets.</param>
/// <param name="Address">Where to download them; null if they are the user's own.</param>
/// <param name="Bytes">Their length, if known.</param>
/// <param name="Sha256">Their hash, if known.</param>
internal sealed record CheckpointPlace(ResolvedCheckpoint Local, Uri? Address = null, long? Bytes = null, string? Sha256 = null)
{
    private const string IndexEnding = ".index.json";

    /// <summary>Whether they are an index of shards, which lie beside it.</summary>
    public bool IsIndex => Local.Path.EndsWith(IndexEnding, StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether nothing need be downloaded, as far as can be seen without reading.</summary>
    public bool IsThere => Address is null || File.Exists(Local.Path);
}
