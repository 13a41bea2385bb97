namespace CoVR.Data;

/// <summary>An annotation file is missing or malformed.</summary>
/// <param name="file">The file.</param>
/// <param name="line">The line, counted from 1; null if the fault concerns the whole file.</param>
/// <param name="field">The column or key; null if the fault concerns the whole line.</param>
/// <param name="reason">What was found and what was expected.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class DatasetFormatException(string file, long? line, string? field, string reason, Exception? innerException = null)
    : CoVRException(Describe(file, line, field, reason), innerException)
{
    private const int LongestReason = 1_000;

    /// <summary>The file.</summary>
    public string File { get; } = file;

    /// <summary>The line, counted from 1.</summary>
    public long? Line { get; } = line;

    /// <summary>The column or key.</summary>
    public string? Field { get; } = field;

    /// <summary>What was found and what was expected; cut after 1,000 characters, as parsers may quote half a file.</summary>
    public string Reason { get; } = Shorten(reason);

    private static string Describe(string file, long? line, string? field, string reason) =>
        file + (line is null ? "" : $", line {line}") + (field is null ? "" : $", field '{field}'") + ": " + Shorten(reason);

    private static string Shorten(string reason) => reason.Length <= LongestReason ? reason : reason[..LongestReason] + "…";
}
