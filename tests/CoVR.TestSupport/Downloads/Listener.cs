namespace CoVR.TestSupport.Downloads;

/// <summary>Notes progress at once, on the reporting thread.</summary>
public sealed class Listener<T>(List<T> seen, Action<T>? also = null) : IProgress<T>
{
    public void Report(T value)
    {
        seen.Add(value);
        also?.Invoke(value);
    }
}
