namespace CoVR.Retrieval;

/// <summary>Checks what is written to a gallery.</summary>
internal static class GalleryEntryCheck
{
    /// <summary>Checks entries before anything is written.</summary>
    /// <param name="gallery">The gallery's name for messages.</param>
    /// <param name="fingerprint">What made the gallery's embeddings.</param>
    /// <param name="entries">The entries of one write.</param>
    /// <exception cref="GalleryException">An identity is empty or comes twice, a shape or the number of frame times does not fit, or a value is not finite.</exception>
    public static void Require(string gallery, EmbeddingFingerprint fingerprint, IReadOnlyList<GalleryEntry> entries)
    {
        var ids = new HashSet<MediaId>(entries.Count);
        foreach (var entry in entries)
        {
            if (FaultOf(entry, fingerprint, ids) is { } fault)
            {
                throw new GalleryException(gallery, $"'{entry.Id}' {fault}") { Id = entry.Id };
            }
        }
    }

    private static string? FaultOf(GalleryEntry entry, EmbeddingFingerprint fingerprint, HashSet<MediaId> ids)
    {
        var embedding = entry.Embedding;
        if (entry.Id.Value.Length == 0 || !ids.Add(entry.Id))
        {
            return "is empty or comes twice in one write; each entry needs an identity of its own.";
        }

        if ((embedding.Vectors, embedding.Dimensions) != (fingerprint.Vectors, fingerprint.Dimensions))
        {
            return $"has an embedding of {embedding.Vectors} x {embedding.Dimensions}, the gallery holds {fingerprint.Vectors} x {fingerprint.Dimensions}. Embed it with the gallery's model, '{fingerprint.Model}'.";
        }

        if (entry.FrameTimes.Count != 0 && entry.FrameTimes.Count != embedding.Frames)
        {
            return $"has {entry.FrameTimes.Count} frame times for {embedding.Frames} frames; give one a frame, or none.";
        }

        var at = VectorMath.IndexOfNotFinite(embedding.Values.Span);
        return at < 0 ? null : $"has the value {embedding.Values.Span[at]} at place {at} of its embedding: it cannot be ranked. Embed the item again.";
    }
}
