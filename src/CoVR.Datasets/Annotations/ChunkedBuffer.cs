using System.Runtime.CompilerServices;

namespace CoVR.Datasets.Annotations;

/// <summary>Bytes or numbers in large blocks that never move, so millions of short values need no objects.</summary>
/// <remarks>One thread adds; afterwards any number of threads may read.</remarks>
internal sealed class ChunkedBuffer<T>
    where T : unmanaged
{
    private const int FirstBlock = 1 << 14;
    private const int LargestBlock = 1 << 20;

    private readonly List<T[]> _blocks = [];
    private T[] _last = [];
    private int _used;

    /// <summary>Reserves space for a value.</summary>
    /// <param name="length">Its length.</param>
    /// <param name="place">Where it will be.</param>
    /// <returns>The space to write the value to; its content is undefined.</returns>
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

    /// <summary>A value as a slice of its block; equal at every call.</summary>
    public ArraySegment<T> SegmentAt(ChunkSlice place, int length) => new(_blocks[place.Block], place.Start, length);

    private void AddBlock(int length)
    {
        var size = Math.Clamp(_last.Length * 2, FirstBlock, LargestBlock);
        _last = GC.AllocateUninitializedArray<T>(Math.Max(size, length));
        _blocks.Add(_last);
        _used = 0;
    }
}

/// <summary>The start of a value.</summary>
internal readonly record struct ChunkSlice(int Block, int Start);
