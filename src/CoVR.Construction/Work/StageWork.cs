namespace CoVR.Construction.Work;

/// <summary>What a running stage works with: the database, and the account of what it drops.</summary>
/// <param name="file">The work file, in the stage's transaction.</param>
/// <param name="progress">Receives progress; may be null.</param>
internal sealed class StageWork(WorkFile file, IProgress<JobProgress>? progress)
{
    /// <summary>Examples kept of each reason.</summary>
    public const int MaxExamples = 5;

    private readonly List<DroppedRows> _dropped = [];
    private readonly List<string> _notes = [];

    /// <summary>The database.</summary>
    public WorkFile File { get; } = file;

    /// <summary>What was dropped so far.</summary>
    public IReadOnlyList<DroppedRows> Dropped => _dropped;

    /// <summary>Remarks so far.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>Receives progress; may be null.</summary>
    public IProgress<JobProgress>? Progress { get; } = progress;

    /// <summary>Adds to what was dropped.</summary>
    public void Drop(string reason, long count, IEnumerable<string> examples)
    {
        if (count > 0)
        {
            _dropped.Add(new DroppedRows(reason, count, [.. examples.Take(MaxExamples)]));
        }
    }

    /// <summary>Deletes rows and adds them to what was dropped.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="table">The table.</param>
    /// <param name="condition">Which rows.</param>
    /// <param name="name">An expression that names a row.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public void Delete(string reason, string table, string condition, string name, CancellationToken cancellationToken)
    {
        var count = File.Number($"SELECT count(*) FROM {table} WHERE {condition}", cancellationToken);
        if (count > 0)
        {
            Drop(reason, count, File.Read($"SELECT {name} FROM {table} WHERE {condition} LIMIT {MaxExamples}", row => row.GetString(0), cancellationToken));
            File.Execute($"DELETE FROM {table} WHERE {condition}", cancellationToken);
        }
    }

    /// <summary>Adds a remark.</summary>
    public void Note(string text) => _notes.Add(text);
}
