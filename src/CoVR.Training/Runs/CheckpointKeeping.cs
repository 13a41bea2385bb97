namespace CoVR.Training;

/// <summary>Which weights files a run leaves behind (the reference's <c>save_ckpt</c>); with validation <c>ckpt_best</c> beside them.</summary>
public enum CheckpointKeeping
{
    /// <summary>The last, <c>ckpt_last</c>.</summary>
    Last,

    /// <summary>One for each epoch, <c>ckpt_0</c>, <c>ckpt_1</c>, ….</summary>
    All,
}
