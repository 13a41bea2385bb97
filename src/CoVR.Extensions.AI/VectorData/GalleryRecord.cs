using Microsoft.Extensions.VectorData;

namespace CoVR.Extensions.AI.VectorData;

/// <summary>A gallery's item as a vector store keeps it, without attributes: the definition that is handed out with it says which properties a store gets.</summary>
/// <typeparam name="TKey">The type of the store's keys.</typeparam>
public sealed class GalleryRecord<TKey>
    where TKey : notnull
{
    /// <summary>The key: a hash of the identity, or what <see cref="VectorStoreGalleryOptions{TKey}.Key"/> returns.</summary>
    public TKey Key { get; set; } = default!;

    /// <summary><c>item</c>, <c>failure</c> for an item that could not be embedded, or <c>gallery</c> for the record that holds the fingerprint.</summary>
    public string Role { get; set; } = string.Empty;

    /// <summary>The identity of the item; empty for the fingerprint.</summary>
    public string Identity { get; set; } = string.Empty;

    /// <summary>Properties, frame times, failure or fingerprint, as JSON.</summary>
    public string Details { get; set; } = string.Empty;

    /// <summary>The embedding [F, Q, D] as Base64 of its 32-bit numbers; empty where <see cref="Vector"/> is the whole embedding.</summary>
    public string Frames { get; set; } = string.Empty;

    /// <summary>What filters look for: folders, kind, tags, owner and metadata, each with a prefix.</summary>
    public List<string> Tags { get; set; } = [];

    /// <summary>The time of <see cref="GalleryProperties.Taken"/> in UTC ticks; -1 if unknown.</summary>
    public long Taken { get; set; } = -1;

    /// <summary>The time of <see cref="GalleryProperties.Modified"/> in UTC ticks; -1 if unknown.</summary>
    public long Modified { get; set; } = -1;

    /// <summary>The mean over frames and vectors [D], which the store searches.</summary>
    public ReadOnlyMemory<float> Vector { get; set; }
}
