using System.Collections.Concurrent;
using CoVR.Modeling;

namespace CoVR.Training.Batches;

/// <summary>Reads the pixels of an image or video as the model expects them.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
internal interface IPixelSource
{
    /// <summary>The size and statistics of the pixels.</summary>
    ImageInput Input { get; }

    /// <summary>F, the number of frames read of each item.</summary>
    int Frames => 1;

    /// <summary>Writes the pixels of one item.</summary>
    /// <param name="id">The item.</param>
    /// <param name="random">The source of every random choice, seeded by the position in the run.</param>
    /// <param name="destination">Receives [F, 3, S, S] normalized values.</param>
    /// <param name="cancellationToken">Ends the work.</param>
    /// <exception cref="MediaReadException">The item cannot be read.</exception>
    ValueTask ReadAsync(MediaId id, Random random, Memory<float> destination, CancellationToken cancellationToken);
}

/// <summary>Decodes frames of an image or video and transforms them, each with its own random draws.</summary>
/// <param name="locate">Where an item's media are.</param>
/// <param name="reader">Decodes.</param>
/// <param name="transform">Resizes, augments and normalizes.</param>
/// <param name="sampler">Selects the frames of a video, from the item's random source; if a video has too few, they repeat from the start.</param>
/// <param name="frames">F, at least 1.</param>
internal sealed class MediaPixelSource(
    Func<MediaId, MediaSource> locate, IFrameReader reader, IImageTransform transform, Func<Random, IFrameSampler> sampler, int frames = 1) : IPixelSource
{
    public ImageInput Input => transform.Input;

    public int Frames => frames;

    public async ValueTask ReadAsync(MediaId id, Random random, Memory<float> destination, CancellationToken cancellationToken)
    {
        var decoded = await reader.ReadAsync(locate(id), sampler(random), cancellationToken).ConfigureAwait(false);
        var each = destination.Length / frames;
        for (var frame = 0; frame < frames; frame++)
        {
            transform.Apply(decoded[frame % decoded.Count], random, destination.Span.Slice(frame * each, each));
        }
    }
}

/// <summary>Caches the pixels of another source that makes no random choices, so that each item is decoded and transformed once.</summary>
/// <param name="inner">The source.</param>
/// <param name="maximumBytes">The size of the cache; further items are read again each time.</param>
internal sealed class CachedPixelSource(IPixelSource inner, long maximumBytes) : IPixelSource
{
    private readonly ConcurrentDictionary<MediaId, float[]> _pixels = new();
    private long _bytes;

    public ImageInput Input => inner.Input;

    public int Frames => inner.Frames;

    internal int Count => _pixels.Count;

    public async ValueTask ReadAsync(MediaId id, Random random, Memory<float> destination, CancellationToken cancellationToken)
    {
        if (_pixels.TryGetValue(id, out var known))
        {
            known.CopyTo(destination);
            return;
        }

        await inner.ReadAsync(id, random, destination, cancellationToken).ConfigureAwait(false);
        var bytes = (long)destination.Length * sizeof(float);
        if (Interlocked.Add(ref _bytes, bytes) > maximumBytes || !_pixels.TryAdd(id, destination.ToArray()))
        {
            Interlocked.Add(ref _bytes, -bytes);
        }
    }
}
