using System.Runtime.InteropServices;
using System.Text;

namespace CoVR.Datasets;

/// <summary>Makes strings of UTF-8 values and gives equal values the same string, so that millions of rows with repeated texts fit into memory.</summary>
internal sealed class TextPool
{
    private readonly Dictionary<ulong, string> _texts = [];

    /// <summary>The string of a value.</summary>
    /// <param name="value">UTF-8.</param>
    /// <param name="isNew">Whether it is given out for the first time (or again, in the unlikely case of two values with one hash).</param>
    public string Get(ReadOnlySpan<byte> value, out bool isNew)
    {
        ref var known = ref CollectionsMarshal.GetValueRefOrAddDefault(_texts, Hash(value), out var exists);
        if (exists && IsSame(value, known!))
        {
            isNew = false;
            return known!;
        }

        isNew = true;
        return known = Encoding.UTF8.GetString(value);
    }

    private static bool IsSame(ReadOnlySpan<byte> value, string text) =>
        (value.Length == text.Length && Ascii.Equals(value, text)) ||
        (value.Length != text.Length && string.Equals(Encoding.UTF8.GetString(value), text, StringComparison.Ordinal));

    // Eight bytes at a time by multiplication and rotation; equality is checked, so a poor hash costs time, not correctness.
    private static ulong Hash(ReadOnlySpan<byte> value)
    {
        var hash = 0x9E3779B97F4A7C15UL ^ (ulong)value.Length;
        while (value.Length >= sizeof(ulong))
        {
            hash = Mix(hash ^ MemoryMarshal.Read<ulong>(value));
            value = value[sizeof(ulong)..];
        }

        var rest = 0UL;
        foreach (var item in value)
        {
            rest = (rest << 8) | item;
        }

        return Mix(hash ^ rest);
    }

    private static ulong Mix(ulong value)
    {
        value *= 0xBF58476D1CE4E5B9UL;
        return value ^ (value >> 29);
    }
}
