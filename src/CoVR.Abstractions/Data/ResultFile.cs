namespace CoVR.Data;

/// <summary>A file of results.</summary>
/// <param name="Name">Its name without a folder, for example <c>recalls_covr.json</c>.</param>
/// <param name="Content">Its text, to be written as UTF-8 without a byte order mark.</param>
public sealed record ResultFile(string Name, string Content);
