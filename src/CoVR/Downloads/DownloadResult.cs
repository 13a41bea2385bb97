namespace CoVR.Downloads;

/// <summary>A complete file.</summary>
/// <param name="Path">Where it is.</param>
/// <param name="Bytes">Its length.</param>
/// <param name="WasThere">Whether it was there before, so that nothing was downloaded.</param>
/// <param name="ResumedAt">The byte at which an earlier download was continued; 0 for none.</param>
public sealed record DownloadResult(string Path, long Bytes, bool WasThere = false, long ResumedAt = 0);
