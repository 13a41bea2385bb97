using System.Runtime.CompilerServices;

namespace CoVR.Datasets.Annotations;

/// <summary>Bytes or numbers in large blocks that never move, so that millions of short values need no object each.</summary>
/// <remarks>One thread adds; when that is done, any number of threads may read.</remarks>
internal sealed class ChunkedBuffer<T>
    where T : unmanaged
{
    private const int FirstBlock = 1 << 14;
    private const int LargestBlock = 1 << 20;

    private readonly List<T[]> _blocks = [];
    private T[] _last = [];
    private int _used;

    /// <summary>Makes room for a value.</summary>
    /// <param name="length">Its length.</param>
    /// <param name="place">Where it will be.</param>
    /// <returns>What the value is to be written to; it holds anything before.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Span<T> Reserve(int length, out ChunkSlice place)
    {
        if (_last.Length - _used < length || _blocks.Count == 0)
        {
            AddBlock(length);
        }

        place = new ChunkSlice(_blocks.Count - 1, _used);
        _used += length;
        return _last.AsSpan(place.Start, length);
    }

    /// <summary>A value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ReadOnlySpan<T> At(ChunkSlice place, int length) => _blocks[place.Block].AsSpan(place.Start, length);

    /// <summary>A value as a part of its block; equal when it is asked for again.</summary>
    public ArraySegment<T> SegmentAt(ChunkSlice place, int length) => new(_blocks[place.Block], place.Start, length);

    private void AddBlock(int length)
    {
        var size = Math.Clamp(_last.Length * 2, FirstBlock, LargestBlock);
        _last = GC.AllocateUninitializedArray<T>(Math.Max(size, length));
        _blocks.Add(_last);
        _used = 0;
    }
}

/// <summary>Where a value begins.</summary>
internal readonly record struct ChunkSlice(int Block, int Start);
