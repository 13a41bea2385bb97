namespace CoVR.Downloads;

/// <summary>How far a download is.</summary>
/// <param name="Uri">The address that was asked for.</param>
/// <param name="Path">Where the file will be.</param>
/// <param name="Bytes">Bytes on disk, those of earlier attempts included.</param>
/// <param name="TotalBytes">Bytes of the whole file; null where the server does not say.</param>
public readonly record struct DownloadProgress(Uri Uri, string Path, long Bytes, long? TotalBytes);
