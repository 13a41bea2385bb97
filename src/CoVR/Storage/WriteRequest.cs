namespace CoVR.Storage;

/// <summary>A pending write.</summary>
/// <param name="changes">Computes what to write from the state before it.</param>
/// <param name="dependsOnState">Whether the state must include every earlier write, those of other processes too.</param>
internal sealed class WriteRequest(Func<FolderIndex, IReadOnlyList<Change>> changes, bool dependsOnState = false)
{
    public bool DependsOnState => dependsOnState;

    public TaskCompletionSource<int> Saved { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>How many of its items existed before.</summary>
    public int Present { get; private set; }

    /// <summary>What to write.</summary>
    public IReadOnlyList<Change> ChangesOf(FolderIndex index)
    {
        var wanted = changes(index);
        Present = wanted.Count(change => index.Find(change.Id) is not null);
        return wanted;
    }
}
