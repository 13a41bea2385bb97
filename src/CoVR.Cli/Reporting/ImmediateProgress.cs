namespace CoVR.Cli.Reporting;

/// <summary>Passes reports on at once and in order, one at a time; <see cref="Progress{T}"/> would queue them.</summary>
/// <param name="act">What is done with a report.</param>
internal sealed class ImmediateProgress<T>(Action<T> act) : IProgress<T>
{
    private readonly Lock _lock = new();

    /// <inheritdoc/>
    public void Report(T value)
    {
        lock (_lock)
        {
            act(value);
        }
    }
}
