namespace CoVR;

/// <summary>The stable identity of an image or video, such as <c>"1065/1012345"</c>; never a path of a machine.</summary>
/// <remarks>Compared by ordinal code points, so that sorted lists are the same on every machine.</remarks>
public readonly record struct MediaId : IComparable<MediaId>
{
    private readonly string? _value;

    /// <summary>Creates an identity.</summary>
    /// <param name="value">Any text that is not empty.</param>
    /// <exception cref="ArgumentException"><paramref name="value"/> is null, empty or white space.</exception>
    public MediaId(string value)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(value);
        _value = value;
    }

    /// <summary>The text of the identity; empty only for <c>default</c>.</summary>
    public string Value => _value ?? string.Empty;

    /// <inheritdoc/>
    public int CompareTo(MediaId other) => string.CompareOrdinal(Value, other.Value);

    /// <inheritdoc/>
    public override string ToString() => Value;

    /// <summary>Whether <paramref name="left"/> sorts before <paramref name="right"/>.</summary>
    public static bool operator <(MediaId left, MediaId right) => left.CompareTo(right) < 0;

    /// <summary>Whether <paramref name="left"/> sorts after <paramref name="right"/>.</summary>
    public static bool operator >(MediaId left, MediaId right) => left.CompareTo(right) > 0;

    /// <summary>Whether <paramref name="left"/> sorts before or equals <paramref name="right"/>.</summary>
    public static bool operator <=(MediaId left, MediaId right) => left.CompareTo(right) <= 0;

    /// <summary>Whether <paramref name="left"/> sorts after or equals <paramref name="right"/>.</summary>
    public static bool operator >=(MediaId left, MediaId right) => left.CompareTo(right) >= 0;
}
