using System.Collections.Concurrent;
using CoVR.Modeling;

namespace CoVR.Training;

/// <summary>Keeps the pixels of another source in memory, so that each item is decoded and transformed once.</summary>
/// <remarks>
/// For sources without chance: evaluation transforms and fixed frames. With augmentation every epoch would see the first
/// draw; there let the inner source read <see cref="FramesMedia"/> instead. Safe for use from several threads.
/// </remarks>
public sealed class CachedPixelSource : IPixelSource
{
    private readonly ConcurrentDictionary<MediaId, float[]> _pixels = new();
    private readonly IPixelSource _inner;
    private readonly long _limit;
    private long _bytes;

    /// <summary>Creates a cache.</summary>
    /// <param name="inner">Where pixels come from.</param>
    /// <param name="maximumBytes">How much is kept; items beyond are read anew each time.</param>
    public CachedPixelSource(IPixelSource inner, long maximumBytes = 1L << 30)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(maximumBytes);
        _inner = inner ?? throw new ArgumentNullException(nameof(inner));
        _limit = maximumBytes;
    }

    /// <inheritdoc/>
    public ImageInput Input => _inner.Input;

    /// <inheritdoc/>
    public int Frames => _inner.Frames;

    /// <summary>How many items are kept.</summary>
    public int Count => _pixels.Count;

    /// <inheritdoc/>
    public async ValueTask ReadAsync(MediaId id, Random random, Memory<float> destination, CancellationToken cancellationToken)
    {
        if (_pixels.TryGetValue(id, out var known))
        {
            known.CopyTo(destination);
            return;
        }

        await _inner.ReadAsync(id, random, destination, cancellationToken).ConfigureAwait(false);
        var bytes = (long)destination.Length * sizeof(float);
        if (Interlocked.Add(ref _bytes, bytes) > _limit || !_pixels.TryAdd(id, destination.ToArray()))
        {
            Interlocked.Add(ref _bytes, -bytes);
        }
    }
}
