namespace CoVR.TestSupport.Downloads;

/// <summary>What a client asked of a <see cref="ScriptedServer"/>.</summary>
public sealed record ScriptedRequest(string Path, IReadOnlyDictionary<string, string> Headers)
{
    /// <summary>The verb.</summary>
    public string Method { get; init; } = "GET";

    /// <summary>What was sent, as UTF-8.</summary>
    public string Body { get; init; } = "";

    /// <summary>The first byte of the range that is asked for; null for the whole file.</summary>
    public int? RangeStart => Header("Range") is { } range ? int.Parse(range["bytes=".Length..].TrimEnd('-'), System.Globalization.CultureInfo.InvariantCulture) : null;

    /// <summary>A header's value, or null.</summary>
    public string? Header(string name) => Headers.GetValueOrDefault(name);
}
