namespace CoVR;

/// <summary>The check that every store makes before it takes an item.</summary>
internal static class StoredShape
{
    public static void Require(string store, EmbeddingFingerprint fingerprint, MediaId id, EmbeddingSet item)
    {
        ArgumentNullException.ThrowIfNull(item);
        ArgumentException.ThrowIfNullOrEmpty(id.Value, nameof(id));
        if (item.Vectors != fingerprint.Vectors || item.Dimensions != fingerprint.Dimensions)
        {
            throw new EmbeddingStoreException(
                store,
                $"the embedding of '{id}' is {item.Vectors} x {item.Dimensions}, the store holds {fingerprint.Vectors} x {fingerprint.Dimensions}.");
        }
    }
}
