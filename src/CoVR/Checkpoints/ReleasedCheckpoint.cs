using CoVR.Modeling;

namespace CoVR.Checkpoints;

/// <summary>Weights that the authors of BLIP, BLIP-2, CoVR and CoVR-2 released, by the names of the reference's options.</summary>
/// <remarks>One name may be two families': <c>webvid-covr</c> is; <c>blip2/webvid-covr</c> is one.</remarks>
/// <param name="Name">Their name in the reference's option <c>model/ckpt</c>, or their file name if there is no such option.</param>
/// <param name="Family">The model family: <see cref="Blip"/> or <see cref="Blip2"/>.</param>
public sealed record ReleasedCheckpoint(string Name, string Family)
{
    /// <summary>The name of the BLIP family.</summary>
    public const string Blip = "blip";

    /// <summary>The name of the BLIP-2 family.</summary>
    public const string Blip2 = "blip2";

    /// <summary>All of them, those of BLIP first.</summary>
    public static IReadOnlyList<ReleasedCheckpoint> All => CheckpointCatalog.All;

    /// <summary>Other names for them within the family, such as the published file's.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> Aliases { get; init; } = [];

    /// <summary>The variants of the family whose architecture they fit; the first is the one they were trained with.</summary>
    public required IReadOnlyList<string> Variants { get; init; }

    /// <summary>Where they are published; null if the reference names them but they were never published.</summary>
    public Uri? Uri { get; init; }

    /// <summary>The file's name in the cache.</summary>
    public required string FileName { get; init; }

    /// <summary>Their path within the reference's folder, where its download script or training puts them; null if neither does.</summary>
    public string? ReferencePath { get; init; }

    /// <summary>The pictures they were trained on.</summary>
    public required ImageInput Image { get; init; }

    /// <summary>What they were trained on, in one sentence.</summary>
    public required string Training { get; init; }

    /// <summary>Their licence, as their repository states it.</summary>
    public required string License { get; init; }

    /// <summary>Their owner and file name, for reports.</summary>
    public required string Source { get; init; }

    /// <summary>The name that is unique among all families.</summary>
    public string FullName => $"{Family}/{Name}";

    /// <summary>Finds the entries that a name may mean, ignoring case.</summary>
    /// <param name="name">A name, an alias, or <c>family/name</c>.</param>
    /// <returns>No entry, one, or several of different families.</returns>
    public static IReadOnlyList<ReleasedCheckpoint> Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        return slash < 0
            ? [.. All.Where(entry => entry.IsCalled(name))]
            : [.. All.Where(entry => entry.Family.Equals(name[..slash], StringComparison.OrdinalIgnoreCase) && entry.IsCalled(name[(slash + 1)..]))];
    }

    /// <summary>Finds a family's entry by name.</summary>
    /// <param name="name">A name, an alias, or <c>family/name</c>.</param>
    /// <param name="family">The family, <see cref="Blip"/> or <see cref="Blip2"/>; empty if any will do.</param>
    /// <returns>The entry.</returns>
    /// <exception cref="CheckpointException">
    /// There is no such entry (the message suggests similar names), it belongs to another family, or two families have an entry of this name.
    /// </exception>
    public static ReleasedCheckpoint Get(string name, string family = "")
    {
        ArgumentNullException.ThrowIfNull(family);
        var found = Find(name);
        ReleasedCheckpoint[] fitting = [.. found.Where(entry => family.Length == 0 || entry.Family.Equals(family, StringComparison.OrdinalIgnoreCase))];
        return fitting.Length == 1 ? fitting[0] : throw new CheckpointException(name, Explain(name, family, found, fitting));
    }

    /// <summary>At most three names that are like a name, nearest first.</summary>
    internal static IReadOnlyList<string> Nearest(string name, string family = "")
    {
        var stem = Path.GetFileNameWithoutExtension(name[(name.LastIndexOf('/') + 1)..]) is { Length: > 0 } shorter ? shorter : name;
        return OptionsFaults.Nearest(stem, All.Where(entry => family.Length == 0 || entry.Family.Equals(family, StringComparison.OrdinalIgnoreCase)).SelectMany(entry => entry.Aliases.Prepend(entry.Name)));
    }

    private static string Explain(string name, string family, IReadOnlyList<ReleasedCheckpoint> found, ReleasedCheckpoint[] fitting)
    {
        if (fitting.Length > 1)
        {
            return $"two families have weights of this name: say {string.Join(" or ", fitting.Select(entry => $"'{entry.Family}/{name}'"))}.";
        }

        if (found.Count > 0)
        {
            return $"these are weights of {Called(found[0].Family)} ({found[0].Training}), which a {Called(family)} model cannot take: use {(found[0].Family == Blip ? "UseBlip" : "UseBlip2")}, or other weights.";
        }

        var alike = Nearest(name, family);
        return alike.Count > 0
            ? $"there are no released weights of this name; did you mean {string.Join(", ", alike.Select(other => $"'{other}'"))}?"
            : $"there are no released weights of this name; there are {string.Join(", ", All.Where(entry => family.Length == 0 || entry.Family == family).Select(entry => entry.Name))}.";
    }

    private static string Called(string family) => family switch
    {
        Blip => "BLIP",
        Blip2 => "BLIP-2",
        _ => family,
    };

    private bool IsCalled(string name) =>
        string.Equals(Name, name, StringComparison.OrdinalIgnoreCase) || Aliases.Contains(name, StringComparer.OrdinalIgnoreCase);
}
