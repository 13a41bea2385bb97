namespace CoVR.Modeling;

/// <summary>Weights that lie on this machine.</summary>
/// <param name="Path">The file, or the index or folder of shards.</param>
/// <param name="Source">Where they come from, for reports; a file's name where no more is known.</param>
/// <param name="License">Their licence; empty where it is not known.</param>
public sealed record ResolvedCheckpoint(string Path, string Source = "", string License = "");
