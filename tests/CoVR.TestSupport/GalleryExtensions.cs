namespace CoVR.TestSupport;

/// <summary>Shorter calls for tests.</summary>
public static class GalleryExtensions
{
    public static ValueTask WriteAsync(this IGallery gallery, MediaId id, EmbeddingSet embedding, CancellationToken cancellationToken = default) =>
        gallery.UpsertAsync([new GalleryEntry(id, embedding)], cancellationToken);
}
