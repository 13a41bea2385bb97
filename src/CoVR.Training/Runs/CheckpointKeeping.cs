namespace CoVR.Training;

/// <summary>Which weights files a run leaves behind.</summary>
public enum CheckpointKeeping
{
    /// <summary>The last and, when there is validation, the best.</summary>
    Last,

    /// <summary>One for each epoch, beside the last and the best.</summary>
    All,
}
