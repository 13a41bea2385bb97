using System.Collections.ObjectModel;

namespace CoVR;

/// <summary>The kind of a gallery item.</summary>
public enum MediaKind
{
    /// <summary>A still picture.</summary>
    Picture,

    /// <summary>A video or an animation.</summary>
    Video,
}

/// <summary>One item of a gallery.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Embedding">[F, Q, D], all numbers finite.</param>
public sealed record GalleryEntry(MediaId Id, EmbeddingSet Embedding)
{
    /// <summary>The times of the F frames from the start of a video; empty for pictures and if unknown.</summary>
    public IReadOnlyList<TimeSpan> FrameTimes { get; init; } = [];

    /// <summary>The properties of the item.</summary>
    public GalleryProperties Properties { get; init; } = GalleryProperties.None;
}

/// <summary>One item of a gallery without its embedding.</summary>
/// <param name="Id">Its identity.</param>
/// <param name="Properties">What is known of it.</param>
public sealed record GalleryItem(MediaId Id, GalleryProperties Properties);

/// <summary>The properties of an item besides its embedding; any of them may be unknown.</summary>
public sealed record GalleryProperties
{
    /// <summary>No known properties.</summary>
    public static GalleryProperties None { get; } = new();

    /// <summary>The kind of the item.</summary>
    public MediaKind? Kind { get; init; }

    /// <summary>Where the item came from: a path or an address.</summary>
    public string? Source { get; init; }

    /// <summary>A hash of the file's bytes, as lower-case hexadecimal SHA-256.</summary>
    public string? ContentHash { get; init; }

    /// <summary>The file's size in bytes.</summary>
    public long? Size { get; init; }

    /// <summary>When the picture or video was taken.</summary>
    public DateTimeOffset? Taken { get; init; }

    /// <summary>When the file was last changed.</summary>
    public DateTimeOffset? Modified { get; init; }

    /// <summary>The camera's make and model.</summary>
    public string? Camera { get; init; }

    /// <summary>Whether the file says where it was taken.</summary>
    public bool? HasLocation { get; init; }

    /// <summary>Where it was taken, by ISO 6709 (<c>+48.8584+002.2945/</c>); kept only with <c>FolderSynchronizer.StoresLocations</c>.</summary>
    public string? Location { get; init; }

    /// <summary>Who owns the item.</summary>
    public string? Owner { get; init; }

    /// <summary>Free labels, compared by ordinal.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>The host's own values, by name; names and values are compared by ordinal.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = ReadOnlyDictionary<string, string>.Empty;

    /// <summary>Compares values, tags and metadata one by one.</summary>
    /// <param name="other">Other properties.</param>
    /// <returns>True when all values are equal.</returns>
    public bool Equals(GalleryProperties? other) => other is not null
        && (Kind, Source, ContentHash, Size, Taken, Modified, Owner) == (other.Kind, other.Source, other.ContentHash, other.Size, other.Taken, other.Modified, other.Owner)
        && (Camera, HasLocation, Location) == (other.Camera, other.HasLocation, other.Location)
        && Tags.SequenceEqual(other.Tags)
        && Metadata.Count == other.Metadata.Count && Metadata.All(pair => other.Metadata.TryGetValue(pair.Key, out var value) && value == pair.Value);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Kind, Source, ContentHash, Size, Taken, Modified, Owner, Tags.Count + Metadata.Count);
}
