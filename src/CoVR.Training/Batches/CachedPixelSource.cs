using System.Collections.Concurrent;
using CoVR.Modeling;

namespace CoVR.Training.Batches;

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
