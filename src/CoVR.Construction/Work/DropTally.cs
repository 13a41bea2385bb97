namespace CoVR.Construction.Work;

/// <summary>Counts what is dropped one by one.</summary>
internal sealed class DropTally
{
    private readonly SortedDictionary<string, (long Count, List<string> Examples)> _reasons = new(StringComparer.Ordinal);

    /// <summary>Counts a row.</summary>
    /// <param name="fault">Why it is dropped; null if it is kept.</param>
    /// <param name="example">Its name.</param>
    /// <returns>Whether it is kept.</returns>
    public bool Keep(string? fault, string example)
    {
        if (fault is null)
        {
            return true;
        }

        var (count, examples) = _reasons.TryGetValue(fault, out var known) ? known : (0, []);
        if (examples.Count < StageWork.MaxExamples)
        {
            examples.Add(example);
        }

        _reasons[fault] = (count + 1, examples);
        return false;
    }

    /// <summary>Hands the counts to a stage.</summary>
    public void Report(StageWork work)
    {
        foreach (var (reason, (count, examples)) in _reasons)
        {
            work.Drop(reason, count, examples);
        }
    }
}
