namespace CoVR;

/// <summary>How many hits a search returns, and what it leaves out.</summary>
public sealed record SearchOptions
{
    /// <summary>The defaults: ten hits, nothing left out.</summary>
    public static SearchOptions Default { get; } = new();

    /// <summary>The largest number of hits.</summary>
    /// <value>10 by default; at least 1.</value>
    public int Top { get; init; } = 10;

    /// <summary>Items that are never returned, such as the reference itself.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlySet<MediaId> Exclude { get; init; } = System.Collections.Frozen.FrozenSet<MediaId>.Empty;
}
