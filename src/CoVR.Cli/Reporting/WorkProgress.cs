namespace CoVR.Cli.Reporting;

/// <summary>How far a part of the work is.</summary>
/// <param name="Done">Finished units.</param>
/// <param name="Total">All units; null when unknown.</param>
/// <param name="Unit">What is counted, in the plural; <see cref="Bytes"/> is shown in MB.</param>
/// <param name="Note">What to say beside the numbers; may be empty.</param>
internal sealed record WorkProgress(long Done, long? Total, string Unit, string Note = "")
{
    /// <summary>The unit of downloads and conversions.</summary>
    public const string Bytes = "bytes";
}
