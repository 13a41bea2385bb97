using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace CoVR.Media.Images;

/// <summary>
/// The two passes of <see cref="PillowResizer"/>. The AVX2 loops split each weight in a high and a low part to use 16-bit multiply-add;
/// their sums equal those of the plain loops, bit for bit.
/// </summary>
internal static class ResampleLoops
{
    private const int Half = 1 << (ResampleKernel.Precision - 1);

    /// <summary>Bytes that the AVX2 loop may read past the last weighted pixel.</summary>
    private const int OverRead = 16;

    /// <summary>Resamples rows of RGB pixels to fewer or more columns.</summary>
    /// <param name="source">Rows of <paramref name="columns"/> pixels.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="rows">How many rows.</param>
    /// <param name="columns">Pixels of an input row.</param>
    /// <param name="kernel">The weights.</param>
    /// <param name="target">Receives the rows without gaps.</param>
    /// <param name="plain">Whether the plain loops are taken where wide ones could be.</param>
    internal static void Horizontal(
        ReadOnlySpan<byte> source, int stride, int rows, int columns, ResampleKernel kernel, Span<byte> target, bool plain = false)
    {
        var outputBytes = kernel.Starts.Length * 3;
        var wide = Avx2.IsSupported && !plain;
        Span<byte> padded = wide ? new byte[(columns * 3) + OverRead] : default;
        for (var row = 0; row < rows; row++)
        {
            var line = source[(row * stride)..];
            var output = target.Slice(row * outputBytes, outputBytes);
            if (!wide)
            {
                PlainRow(line, kernel, output);
                continue;
            }

            if (line.Length < padded.Length)
            {
                line[..(columns * 3)].CopyTo(padded);
                line = padded;
            }

            WideRow(line, kernel, output);
        }
    }

    /// <summary>Resamples columns of bytes to fewer or more rows.</summary>
    /// <param name="source">Rows, the first being number <paramref name="firstRow"/>.</param>
    /// <param name="stride">Bytes from one row to the next.</param>
    /// <param name="rowBytes">Bytes of a row that count.</param>
    /// <param name="kernel">The weights.</param>
    /// <param name="firstRow">The number that the weights give to the first row of <paramref name="source"/>.</param>
    /// <param name="target">Receives the rows without gaps.</param>
    /// <param name="plain">Whether the plain loops are taken where wide ones could be.</param>
    internal static void Vertical(
        ReadOnlySpan<byte> source, int stride, int rowBytes, ResampleKernel kernel, int firstRow, Span<byte> target, bool plain = false)
    {
        var wide = Avx2.IsSupported && !plain && rowBytes >= Vector128<byte>.Count;
        for (var row = 0; row < kernel.Starts.Length; row++)
        {
            var output = target.Slice(row * rowBytes, rowBytes);
            var lines = source[((kernel.Starts[row] - firstRow) * stride)..];
            if (wide)
            {
                WideColumns(lines, stride, kernel, row, output);
            }
            else
            {
                PlainColumns(lines, stride, kernel, row, output);
            }
        }
    }

    private static void PlainRow(ReadOnlySpan<byte> line, ResampleKernel kernel, Span<byte> output)
    {
        for (var pixel = 0; pixel < kernel.Starts.Length; pixel++)
        {
            var weights = kernel.Weights.AsSpan(pixel * kernel.Stride, kernel.Counts[pixel]);
            var taps = line.Slice(kernel.Starts[pixel] * 3, weights.Length * 3);
            var (red, green, blue) = (Half, Half, Half);
            for (var tap = 0; tap < weights.Length; tap++)
            {
                red += taps[tap * 3] * weights[tap];
                green += taps[(tap * 3) + 1] * weights[tap];
                blue += taps[(tap * 3) + 2] * weights[tap];
            }

            (output[pixel * 3], output[(pixel * 3) + 1], output[(pixel * 3) + 2]) = (Clip(red), Clip(green), Clip(blue));
        }
    }

    private static void PlainColumns(ReadOnlySpan<byte> lines, int stride, ResampleKernel kernel, int row, Span<byte> output)
    {
        var weights = kernel.Weights.AsSpan(row * kernel.Stride, kernel.Counts[row]);
        for (var column = 0; column < output.Length; column++)
        {
            var sum = Half;
            for (var tap = 0; tap < weights.Length; tap++)
            {
                sum += lines[(tap * stride) + column] * weights[tap];
            }

            output[column] = Clip(sum);
        }
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> ResampleKernel.Precision, 0, 255);

    private static void WideRow(ReadOnlySpan<byte> line, ResampleKernel kernel, Span<byte> output)
    {
        ref var source = ref MemoryMarshal.GetReference(line);
        ref var target = ref MemoryMarshal.GetReference(output);
        ref var high = ref MemoryMarshal.GetArrayDataReference(kernel.HighPairs);
        ref var low = ref MemoryMarshal.GetArrayDataReference(kernel.LowPairs);
        var last = kernel.Starts.Length - 1;
        for (var pixel = 0; pixel <= last; pixel++)
        {
            ref var taps = ref Unsafe.Add(ref source, kernel.Starts[pixel] * 3);
            var weights = pixel * kernel.Stride / 2;
            var rgb = WidePixel(ref taps, ref Unsafe.Add(ref high, weights), ref Unsafe.Add(ref low, weights), kernel.Counts[pixel]);
            if (pixel < last)
            {
                // Four bytes are written, the fourth is written again by the next pixel.
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, pixel * 3), rgb);
            }
            else
            {
                Unsafe.WriteUnaligned(ref Unsafe.Add(ref target, pixel * 3), (ushort)rgb);
                Unsafe.Add(ref target, (pixel * 3) + 2) = (byte)(rgb >> 16);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint WidePixel(ref byte taps, ref int high, ref int low, int count)
    {
        // Four pixels become, per half, the 16-bit pairs red red, green green, blue blue, zero zero of two neighbours.
        var order = Vector256.Create(
            (byte)0, 255, 3, 255, 1, 255, 4, 255, 2, 255, 5, 255, 255, 255, 255, 255,
            6, 255, 9, 255, 7, 255, 10, 255, 8, 255, 11, 255, 255, 255, 255, 255);
        var spread = Vector256.Create(0, 0, 0, 0, 1, 1, 1, 1);
        var (highSum, lowSum) = (Vector256<int>.Zero, Vector256<int>.Zero);
        for (var tap = 0; tap < count; tap += ResampleKernel.TapsPerStep)
        {
            var bytes = Vector128.LoadUnsafe(ref taps, (nuint)tap * 3);
            var pairs = Avx2.Shuffle(Vector256.Create(bytes, bytes), order).AsInt16();
            highSum += Avx2.MultiplyAddAdjacent(pairs, Spread(ref high, tap / 2, spread));
            lowSum += Avx2.MultiplyAddAdjacent(pairs, Spread(ref low, tap / 2, spread));
        }

        var sums = (highSum << ResampleKernel.LowBits) + lowSum;
        var sum = (sums.GetLower() + sums.GetUpper() + Vector128.Create(Half)) >> ResampleKernel.Precision;
        var words = Sse2.PackSignedSaturate(sum, sum);
        return Sse2.PackUnsignedSaturate(words, words).AsUInt32().ToScalar();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<short> Spread(ref int pairs, int at, Vector256<int> order)
    {
        var two = Vector128.CreateScalarUnsafe(Unsafe.ReadUnaligned<long>(ref Unsafe.As<int, byte>(ref Unsafe.Add(ref pairs, at))));
        return Avx2.PermuteVar8x32(two.ToVector256Unsafe().AsInt32(), order).AsInt16();
    }

    private static void WideColumns(ReadOnlySpan<byte> lines, int stride, ResampleKernel kernel, int row, Span<byte> output)
    {
        var count = kernel.Counts[row];
        var high = kernel.HighPairs.AsSpan(row * kernel.Stride / 2, (count + 1) / 2);
        var low = kernel.LowPairs.AsSpan(row * kernel.Stride / 2, high.Length);
        var last = output.Length - Vector128<byte>.Count;
        for (var column = 0; ; column = Math.Min(column + Vector128<byte>.Count, last))
        {
            WideBlock(lines[column..], stride, high, low, count).CopyTo(output[column..]);
            if (column == last)
            {
                return;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> WideBlock(ReadOnlySpan<byte> lines, int stride, ReadOnlySpan<int> high, ReadOnlySpan<int> low, int count)
    {
        var (highLeft, highRight) = (Vector256<int>.Zero, Vector256<int>.Zero);
        var (lowLeft, lowRight) = (Vector256<int>.Zero, Vector256<int>.Zero);
        ref var source = ref MemoryMarshal.GetReference(lines);
        for (var pair = 0; pair < high.Length; pair++)
        {
            // An odd count leaves the second row of the last pair without a weight: the first row takes its place.
            var second = Math.Min((pair * 2) + 1, count - 1);
            var upper = Vector128.LoadUnsafe(ref source, (nuint)(pair * 2 * stride));
            var lower = Vector128.LoadUnsafe(ref source, (nuint)(second * stride));
            var left = Avx2.ConvertToVector256Int16(Sse2.UnpackLow(upper, lower));
            var right = Avx2.ConvertToVector256Int16(Sse2.UnpackHigh(upper, lower));
            var highWeights = Vector256.Create(high[pair]).AsInt16();
            var lowWeights = Vector256.Create(low[pair]).AsInt16();
            highLeft += Avx2.MultiplyAddAdjacent(left, highWeights);
            highRight += Avx2.MultiplyAddAdjacent(right, highWeights);
            lowLeft += Avx2.MultiplyAddAdjacent(left, lowWeights);
            lowRight += Avx2.MultiplyAddAdjacent(right, lowWeights);
        }

        var words = Avx2.PackSignedSaturate(Settle(highLeft, lowLeft), Settle(highRight, lowRight)).AsInt64();
        var ordered = Avx2.Permute4x64(words, 0b11_01_10_00).AsInt16();
        return Sse2.PackUnsignedSaturate(ordered.GetLower(), ordered.GetUpper());
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<int> Settle(Vector256<int> high, Vector256<int> low) =>
        ((high << ResampleKernel.LowBits) + low + Vector256.Create(Half)) >> ResampleKernel.Precision;
}
