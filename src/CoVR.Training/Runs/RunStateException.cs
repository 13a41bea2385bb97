namespace CoVR.Training.Runs;

/// <summary>A saved run state cannot be resumed or written: it is damaged, belongs to another run, or is in use.</summary>
/// <param name="file">The file.</param>
/// <param name="reason">What is wrong and how to fix it.</param>
/// <param name="innerException">The cause, or null.</param>
public sealed class RunStateException(string file, string reason, Exception? innerException = null)
    : CoVRException($"Run state '{file}': {reason}", innerException)
{
    /// <summary>The file.</summary>
    public string File { get; } = file;

    /// <summary>What is wrong.</summary>
    public string Reason { get; } = reason;
}
