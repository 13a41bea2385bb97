using System.Collections.Frozen;

namespace CoVR;

/// <summary>How many hits a search returns, and which items count.</summary>
public sealed record SearchOptions
{
    /// <summary>The defaults: ten hits among all items.</summary>
    public static SearchOptions Default { get; } = new();

    /// <summary>The largest number of hits.</summary>
    /// <value>10 by default; at least 1.</value>
    public int Top { get; init; } = 10;

    /// <summary>How many of the best hits to skip, for pages of answers; ranks count on.</summary>
    /// <value>0 by default; at least 0.</value>
    public int Offset { get; init; }

    /// <summary>The lowest score of a hit.</summary>
    /// <value>Null by default: no limit.</value>
    public float? MinimumScore { get; init; }

    /// <summary>Which items count.</summary>
    /// <value>Null by default: all.</value>
    public GalleryFilter? Filter { get; init; }

    /// <summary>Items that are never returned, such as the reference itself.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlySet<MediaId> Exclude { get; init; } = FrozenSet<MediaId>.Empty;
}
