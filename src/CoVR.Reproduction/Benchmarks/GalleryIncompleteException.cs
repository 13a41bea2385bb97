namespace CoVR.Reproduction.Benchmarks;

/// <summary>Candidates of a benchmark have no embedding, so its figures would be those of a smaller, easier gallery.</summary>
/// <param name="part">The part of the benchmark.</param>
/// <param name="candidates">How many candidates there are.</param>
/// <param name="missing">Those without an embedding, at least one.</param>
public sealed class GalleryIncompleteException(string part, int candidates, IReadOnlyDictionary<MediaId, string> missing)
    : CoVRException(Describe(part, candidates, missing))
{
    private const int Named = 5;

    /// <summary>The part of the benchmark.</summary>
    public string Part { get; } = part;

    /// <summary>Every candidate without an embedding, and why.</summary>
    public IReadOnlyDictionary<MediaId, string> Missing { get; } = missing;

    private static string Describe(string part, int candidates, IReadOnlyDictionary<MediaId, string> missing) =>
        $"{missing.Count} of {candidates} candidates of {part} have no embedding, for example "
        + string.Join("; ", missing.Take(Named).Select(item => $"{item.Key}: {item.Value}"))
        + ". Repair or add their files, or set AllowMissingCandidates to score the smaller gallery.";
}
