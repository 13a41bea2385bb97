using CoVR.Modeling;

namespace CoVR.Checkpoints;

/// <summary>Released weights, and everything that must travel with them.</summary>
/// <param name="Name">The name by which the reference's option <c>model/ckpt</c> calls them, or their file's where it has no option.</param>
/// <param name="Family">The model family: <c>blip</c> or <c>blip2</c>.</param>
public sealed record CheckpointEntry(string Name, string Family)
{
    /// <summary>Other names for them within the family, such as the published file's.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The variants of the family whose architecture they fit; the first is the one they were trained with.</summary>
    public required IReadOnlyList<string> Variants { get; init; }

    /// <summary>Where they are published; null where the reference names them, but nobody published them.</summary>
    public Uri? Uri { get; init; }

    /// <summary>The file's name in the cache.</summary>
    public required string FileName { get; init; }

    /// <summary>Bytes of the file.</summary>
    /// <value>Null: not known.</value>
    public long? Bytes { get; init; }

    /// <summary>SHA-256 of the file, or its first digits.</summary>
    /// <value>Null: not known.</value>
    public string? Sha256 { get; init; }

    /// <summary>Where the reference's download script or training puts them, below its folder; null if it does not.</summary>
    public string? ReferencePath { get; init; }

    /// <summary>The pictures they were trained on.</summary>
    public required ImageInput Image { get; init; }

    /// <summary>The text lengths they are used with.</summary>
    public required TextInput Text { get; init; }

    /// <summary>What they were trained on, in one sentence.</summary>
    public required string Training { get; init; }

    /// <summary>Their licence, as their repository states it.</summary>
    public required string License { get; init; }

    /// <summary>Whose they are, and the file's name, for reports.</summary>
    public required string Source { get; init; }

    /// <summary>The name that is unique among all families.</summary>
    public string FullName => $"{Family}/{Name}";

    internal bool IsCalled(string name) =>
        string.Equals(Name, name, StringComparison.OrdinalIgnoreCase) || Aliases.Contains(name, StringComparer.OrdinalIgnoreCase);
}
