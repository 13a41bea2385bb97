namespace CoVR.Training;

/// <summary>The built-in learning-rate schedules.</summary>
public enum TrainingScheduleKind
{
    /// <summary>Half a cosine, set before each epoch (the reference's <c>cosine</c>).</summary>
    CosinePerEpoch,

    /// <summary>A factor for each epoch (the reference's <c>step</c>).</summary>
    StepPerEpoch,

    /// <summary>Half a cosine over all steps.</summary>
    CosinePerStep,

    /// <summary>The same rate throughout.</summary>
    Constant,
}
