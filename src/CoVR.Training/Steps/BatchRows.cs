namespace CoVR.Training;

/// <summary>Consecutive rows of a batch.</summary>
internal readonly record struct BatchRows(int Start, int Count)
{
    /// <summary>Cuts a batch into parts of a size; the last may be smaller.</summary>
    internal static IEnumerable<BatchRows> Chunks(int rows, int size)
    {
        for (var start = 0; start < rows; start += size)
        {
            yield return new BatchRows(start, Math.Min(size, rows - start));
        }
    }
}
