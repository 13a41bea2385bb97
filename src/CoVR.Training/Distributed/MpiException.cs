namespace CoVR.Training;

/// <summary>An MPI call failed.</summary>
/// <param name="operation">The call, for example <c>MPI_Allreduce</c>.</param>
/// <param name="reason">What MPI says.</param>
public sealed class MpiException(string operation, string reason) : CoVRException($"{operation} failed: {reason}")
{
    /// <summary>The call.</summary>
    public string Operation { get; } = operation;
}
