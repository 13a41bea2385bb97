namespace CoVR.Construction;

/// <summary>Data construction cannot go on: an input, the work file, a stage or a service is at fault; the message says which and how to fix it.</summary>
/// <param name="subject">The file, stage or service; never a secret.</param>
/// <param name="reason">What is wrong and how to fix it.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class ConstructionException(string subject, string reason, Exception? innerException = null)
    : CoVRException($"{subject}: {reason}", innerException)
{
    /// <summary>The file, stage or service.</summary>
    public string Subject { get; } = subject;
}
