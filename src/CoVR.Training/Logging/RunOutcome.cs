namespace CoVR.Training;

/// <summary>How a process left its run.</summary>
public enum RunOutcome
{
    /// <summary>Trained to the end.</summary>
    Completed,

    /// <summary>Stopped by request; the state is saved.</summary>
    Stopped,

    /// <summary>Ended by an error; the last saved state can be continued.</summary>
    Failed,
}
