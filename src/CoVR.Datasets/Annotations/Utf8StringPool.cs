using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace CoVR.Datasets.Annotations;

/// <summary>
/// Interns UTF-8 values as consecutive numbers from 0, so that millions of rows with repeated texts fit into memory. Values are stored
/// in blocks and become strings when first requested.
/// </summary>
/// <remarks>One thread adds; afterwards any number of threads may request strings.</remarks>
internal sealed class Utf8StringPool
{
    private const int AtATime = 128;

    private readonly ChunkedBuffer<byte> _bytes = new();
    private Value[] _values = new Value[16];
    private string?[] _strings = new string?[16];
    private Slot[] _slots = new Slot[32];

    /// <summary>The number of distinct values.</summary>
    public int Count { get; private set; }

    /// <summary>The string of a value; the same instance each time, unless two threads request it first.</summary>
    public string this[int index] => _strings[index] ??= Encoding.UTF8.GetString(BytesOf(_values[index]));

    /// <summary>The numbers of many values; memory accesses are overlapped, which is faster than one by one.</summary>
    /// <param name="bytes">The values in UTF-8, concatenated; invalid UTF-8 counts as what it decodes to.</param>
    /// <param name="ends">The end of each.</param>
    /// <param name="numbers">Receives a number below <see cref="Count"/> for each; it was new when <see cref="Count"/> has grown beyond it.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Add(ReadOnlySpan<byte> bytes, ReadOnlySpan<int> ends, Span<int> numbers)
    {
        Span<ulong> hashes = stackalloc ulong[AtATime];
        for (var done = 0; done < ends.Length; done += AtATime)
        {
            var some = ends.Slice(done, Math.Min(AtATime, ends.Length - done));
            var start = done == 0 ? 0 : ends[done - 1];
            Find(bytes, start, some, hashes, numbers[done..]);
            for (var i = 0; i < some.Length; i++)
            {
                ref var number = ref numbers[done + i];
                number = number >= 0 ? number : Add(bytes[start..some[i]], hashes[i]);
                start = some[i];
            }
        }
    }

    /// <summary>Whether a value in UTF-8 is empty or white space.</summary>
    public static bool IsBlank(ReadOnlySpan<byte> value) =>
        !value.ContainsAnyInRange((byte)'!', (byte)'~') && string.IsNullOrWhiteSpace(Encoding.UTF8.GetString(value));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ReadOnlySpan<byte> BytesOf(Value value) => _bytes.At(value.Place, value.Length);

    /// <summary>Looks values up at their most likely slot; -1 for those not found there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Find(ReadOnlySpan<byte> bytes, int from, ReadOnlySpan<int> ends, Span<ulong> hashes, Span<int> numbers)
    {
        // The iterations are independent, so the processor overlaps their memory accesses.
        Span<Value> found = stackalloc Value[AtATime];
        var (slots, mask) = (_slots, _slots.Length - 1);
        for (var (i, start) = (0, from); i < ends.Length; start = ends[i++])
        {
            hashes[i] = Hash(bytes[start..ends[i]]);
        }

        for (var i = 0; i < ends.Length; i++)
        {
            var at = (int)hashes[i] & mask;
            while (slots[at].Number != 0 && slots[at].Tag != (uint)(hashes[i] >> 32))
            {
                at = (at + 1) & mask;
            }

            numbers[i] = slots[at].Number - 1;
        }

        for (var i = 0; i < ends.Length; i++)
        {
            found[i] = numbers[i] < 0 ? default : _values[numbers[i]];
        }

        for (var (i, start) = (0, from); i < ends.Length; start = ends[i++])
        {
            var length = ends[i] - start;
            if (numbers[i] >= 0 && (found[i].Length != length || (length > 0 && BytesOf(found[i])[0] != bytes[start])))
            {
                numbers[i] = -1;
            }
        }

        for (var (i, start) = (0, from); i < ends.Length; start = ends[i++])
        {
            if (numbers[i] >= 0 && !BytesOf(found[i]).SequenceEqual(bytes[start..ends[i]]))
            {
                numbers[i] = -1;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Add(ReadOnlySpan<byte> value, ulong hash)
    {
        var mask = _slots.Length - 1;
        var at = (int)hash & mask;
        for (; _slots[at].Number != 0; at = (at + 1) & mask)
        {
            ref readonly var slot = ref _slots[at];
            if (slot.Tag == (uint)(hash >> 32) && BytesOf(_values[slot.Number - 1]).SequenceEqual(value))
            {
                return slot.Number - 1;
            }
        }

        if (!Utf8.IsValid(value))
        {
            var decoded = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(value));
            return Add(decoded, Hash(decoded));
        }

        Store(value);
        _slots[at] = new Slot((uint)(hash >> 32), Count);
        if (Count * 2 > _slots.Length)
        {
            Spread();
        }

        return Count - 1;
    }

    private void Store(ReadOnlySpan<byte> value)
    {
        if (Count == _values.Length)
        {
            Array.Resize(ref _values, Count * 2);
            Array.Resize(ref _strings, Count * 2);
        }

        value.CopyTo(_bytes.Reserve(value.Length, out var place));
        _values[Count++] = new Value(place, value.Length);
    }

    /// <summary>Doubles the slots.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Spread()
    {
        _slots = new Slot[_slots.Length * 2];
        var mask = _slots.Length - 1;
        for (var index = 0; index < Count; index++)
        {
            var hash = Hash(BytesOf(_values[index]));
            var at = (int)hash & mask;
            while (_slots[at].Number != 0)
            {
                at = (at + 1) & mask;
            }

            _slots[at] = new Slot((uint)(hash >> 32), index + 1);
        }
    }

    // Two streams of eight bytes by multiplication and rotation; equality is checked, so a poor hash costs time, not correctness.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static ulong Hash(ReadOnlySpan<byte> value)
    {
        const ulong First = 0x9E3779B97F4A7C15UL, Second = 0xBF58476D1CE4E5B9UL;
        var (a, b) = (First ^ (ulong)value.Length, Second);
        while (value.Length > 2 * sizeof(ulong))
        {
            a = BitOperations.RotateLeft((a ^ MemoryMarshal.Read<ulong>(value)) * Second, 29);
            b = BitOperations.RotateLeft((b ^ MemoryMarshal.Read<ulong>(value[sizeof(ulong)..])) * First, 31);
            value = value[(2 * sizeof(ulong))..];
        }

        if (value.Length >= sizeof(ulong))
        {
            // The first and the last eight of what is left, which may overlap.
            a = BitOperations.RotateLeft((a ^ MemoryMarshal.Read<ulong>(value)) * Second, 29);
            value = value[^sizeof(ulong)..];
            b = BitOperations.RotateLeft((b ^ MemoryMarshal.Read<ulong>(value)) * First, 31);
        }
        else
        {
            var rest = 0UL;
            foreach (var item in value)
            {
                rest = (rest << 8) | item;
            }

            a ^= rest;
        }

        a = (a ^ BitOperations.RotateLeft(b, 17)) * Second;
        a = (a ^ (a >> 32)) * First;
        return a ^ (a >> 29);
    }

    /// <summary>The place of a value.</summary>
    private readonly record struct Value(ChunkSlice Place, int Length);

    /// <summary>A place of the hash table: the upper half of the hash, and the number plus one (0 for a free place).</summary>
    private readonly record struct Slot(uint Tag, int Number);
}
