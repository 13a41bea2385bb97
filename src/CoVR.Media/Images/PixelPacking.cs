using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace CoVR.Media.Images;

/// <summary>Converts between three and four bytes per pixel.</summary>
internal static class PixelPacking
{
    /// <summary>Keeps three of every four bytes.</summary>
    /// <param name="rgba">4 P bytes.</param>
    /// <param name="rgb">Receives 3 P bytes.</param>
    internal static void DropFourth(ReadOnlySpan<byte> rgba, Span<byte> rgb)
    {
        var pixels = rgba.Length / 4;
        var order = Vector128.Create((byte)0, 1, 2, 4, 5, 6, 8, 9, 10, 12, 13, 14, 15, 15, 15, 15);
        ref var source = ref MemoryMarshal.GetReference(rgba);
        ref var target = ref MemoryMarshal.GetReference(rgb);
        var pixel = 0;

        // Sixteen bytes are stored, twelve of them final: the last pixels are left to the plain loop.
        for (; pixel + 6 <= pixels; pixel += 4)
        {
            var four = Vector128.LoadUnsafe(ref source, (nuint)pixel * 4);
            Vector128.Shuffle(four, order).StoreUnsafe(ref target, (nuint)pixel * 3);
        }

        for (; pixel < pixels; pixel++)
        {
            rgba.Slice(pixel * 4, 3).CopyTo(rgb[(pixel * 3)..]);
        }
    }

    /// <summary>Adds a fourth byte of 255 to every three.</summary>
    /// <param name="rgb">3 P bytes.</param>
    /// <param name="rgba">Receives 4 P bytes.</param>
    internal static void AddOpaque(ReadOnlySpan<byte> rgb, Span<byte> rgba)
    {
        var target = MemoryMarshal.Cast<byte, uint>(rgba);
        for (var pixel = 0; pixel < target.Length; pixel++)
        {
            var at = rgb.Slice(pixel * 3, 3);
            target[pixel] = at[0] | ((uint)at[1] << 8) | ((uint)at[2] << 16) | 0xFF000000u;
        }
    }

    /// <summary>Swaps the first and third byte of every pixel in place.</summary>
    /// <param name="rgb">3 P bytes.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    internal static void SwapFirstAndThird(Span<byte> rgb)
    {
        for (var at = 0; at + 2 < rgb.Length; at += 3)
        {
            (rgb[at], rgb[at + 2]) = (rgb[at + 2], rgb[at]);
        }
    }
}
