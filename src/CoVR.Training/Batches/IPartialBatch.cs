namespace CoVR.Training;

/// <summary>A batch from which items may have been left out; the trainer reports them.</summary>
public interface IPartialBatch
{
    /// <summary>What was left out, in the order of the batch; empty when nothing was.</summary>
    IReadOnlyList<SkippedItem> Skipped { get; }
}
