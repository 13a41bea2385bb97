namespace CoVR.Training;

/// <summary>How far a run is; reported after every step.</summary>
/// <param name="Epoch">The running epoch, counted from 0.</param>
/// <param name="Step">Steps that are finished, earlier processes of the same run included.</param>
/// <param name="TotalSteps">Steps of the whole run.</param>
/// <param name="Loss">The weighted sum of the last step.</param>
/// <param name="LearningRate">The rate of the last step.</param>
/// <param name="Elapsed">Time since this process started or resumed the run.</param>
public sealed record TrainingProgress(int Epoch, long Step, long TotalSteps, double Loss, double LearningRate, TimeSpan Elapsed)
{
    /// <summary>How long of <see cref="Elapsed"/> the model waited for data.</summary>
    public TimeSpan DataWait { get; init; }

    /// <summary>Steps that this process has taken.</summary>
    public long StepsHere { get; init; }
}
