namespace CoVR;

/// <summary>The identity and abilities of a gallery.</summary>
/// <param name="Name">Its folder, address or name for messages; never a secret.</param>
/// <param name="Fingerprint">What made its embeddings.</param>
/// <param name="Similarity">The name of the similarity it ranks by; see <see cref="ISimilarity.Name"/>.</param>
public sealed record GalleryInfo(string Name, EmbeddingFingerprint Fingerprint, string Similarity)
{
    /// <summary>Whether every answer is exact, as <see cref="ISimilarity.Score"/> defines it; an approximate gallery states it in each result.</summary>
    public bool IsExact { get; init; } = true;

    /// <summary>Whether <see cref="SearchOptions.Filter"/> is supported; if not, a filter throws <see cref="NotSupportedException"/>.</summary>
    public bool CanFilter { get; init; } = true;

    /// <summary>How long other processes may keep seeing the state before a write; null if there are no other processes.</summary>
    public TimeSpan? Staleness { get; init; }

    /// <summary>Checks entries before the gallery writes any of them; what every <see cref="IGallery.UpsertAsync"/> should call first.</summary>
    /// <param name="entries">The entries of one write.</param>
    /// <exception cref="GalleryException">An identity is empty or comes twice, a shape or the number of frame times does not fit, or a value is not finite.</exception>
    public void RequireFit(IReadOnlyList<GalleryEntry> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var ids = new HashSet<MediaId>(entries.Count);
        foreach (var entry in entries)
        {
            if (FaultOf(entry, ids) is { } fault)
            {
                throw new GalleryException(Name, $"'{entry.Id}' {fault}") { Id = entry.Id };
            }
        }
    }

    private string? FaultOf(GalleryEntry entry, HashSet<MediaId> ids)
    {
        var embedding = entry.Embedding;
        if (entry.Id.Value.Length == 0 || !ids.Add(entry.Id))
        {
            return "is empty or appears twice in one write; each entry needs its own id.";
        }

        if ((embedding.Vectors, embedding.Dimensions) != (Fingerprint.Vectors, Fingerprint.Dimensions))
        {
            return $"has an embedding of {embedding.Vectors} x {embedding.Dimensions}, the gallery holds {Fingerprint.Vectors} x {Fingerprint.Dimensions}. Embed it with the gallery's model, '{Fingerprint.Model}'.";
        }

        if (entry.FrameTimes.Count != 0 && entry.FrameTimes.Count != embedding.Frames)
        {
            return $"has {entry.FrameTimes.Count} frame times for {embedding.Frames} frames; give one per frame, or none.";
        }

        var values = embedding.Values.Span;
        var at = 0;
        while (at < values.Length && float.IsFinite(values[at]))
        {
            at++;
        }

        return at == values.Length ? null : $"has the value {values[at]} at index {at} of its embedding: it cannot be ranked. Embed the item again.";
    }
}
