using CoVR.Conformance.Parity;

namespace CoVR.TestSupport;

/// <summary>
/// Collects every comparison of <see cref="NumericAssert"/> in a case, so that the case runs to its end and fails with one
/// report of all its tensors instead of with the first number.
/// </summary>
public sealed class ParityLog : IDisposable
{
    private static readonly AsyncLocal<ParityLog?> Ambient = new();
    private readonly string _title;
    private readonly List<ParityEntry> _entries = [];

    private ParityLog(string title) => _title = title;

    /// <summary>The log of the case that runs; null outside of a case, where a difference fails at once.</summary>
    public static ParityLog? Current => Ambient.Value;

    /// <summary>All comparisons so far.</summary>
    public ParityReport Report => new(_title, [.. _entries]);

    /// <summary>Starts collecting.</summary>
    /// <param name="title">The case; comparisons whose names begin with it are listed without.</param>
    public static ParityLog Begin(string title) => Ambient.Value = new ParityLog(title);

    /// <summary>Runs a check; fails with the report if a comparison differed, and adds the report to any other failure.</summary>
    /// <param name="title">The case.</param>
    /// <param name="check">Compares.</param>
    public static void Run(string title, Action check)
    {
        ArgumentNullException.ThrowIfNull(check);
        using var log = Begin(title);
        try
        {
            check();
        }
        catch (Exception error) when (log._entries.Count > 0)
        {
            throw new InvalidOperationException($"{error.Message}\nBefore that:\n{log.Report}", error);
        }

        if (log.Report.FirstDivergence is not null)
        {
            log.Report.AssertPassed();
        }
    }

    /// <summary>Adds a comparison.</summary>
    /// <param name="entry">Its outcome.</param>
    public void Add(ParityEntry entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        var name = entry.Name.StartsWith(_title + " ", StringComparison.Ordinal) ? entry.Name[(_title.Length + 1)..] : entry.Name;
        _entries.Add(entry with { Name = name });
    }

    /// <inheritdoc/>
    public void Dispose() => Ambient.Value = null;
}
