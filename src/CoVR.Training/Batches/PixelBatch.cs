using System.Buffers;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training;

/// <summary>The pixels of several items in one rented block of memory, [B, 3, S, S].</summary>
/// <remarks>Owns the memory; dispose it once.</remarks>
public sealed class PixelBatch : IDisposable
{
    private float[]? _values;

    private PixelBatch(int count, int size) =>
        (_values, Count, Size) = (ArrayPool<float>.Shared.Rent(checked(count * 3 * size * size)), count, size);

    /// <summary>B.</summary>
    public int Count { get; }

    /// <summary>S.</summary>
    public int Size { get; }

    /// <summary>The values [B, 3, S, S].</summary>
    /// <exception cref="ObjectDisposedException">The batch is disposed.</exception>
    public ReadOnlyMemory<float> Values => Memory;

    private Memory<float> Memory => (_values ?? throw new ObjectDisposedException(nameof(PixelBatch))).AsMemory(0, Count * 3 * Size * Size);

    /// <summary>Copies the values to a device.</summary>
    /// <param name="device">Where the model is.</param>
    /// <returns>[B, 3, S, S]; the caller's dispose scope owns it.</returns>
    public Tensor ToTensor(Device device) => ToTensor(device, new BatchRows(0, Count));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _values, null) is { } values)
        {
            ArrayPool<float>.Shared.Return(values);
        }
    }

    /// <summary>Copies some rows to a device: [b, 3, S, S]; the caller's dispose scope owns it.</summary>
    internal Tensor ToTensor(Device device, BatchRows rows)
    {
        ArgumentNullException.ThrowIfNull(device);
        var each = 3 * Size * Size;
        var pixels = empty([rows.Count, 3, Size, Size], ScalarType.Float32);
        Values.Span.Slice(rows.Start * each, rows.Count * each).CopyTo(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, float>(pixels.bytes));
        if (device.type is DeviceType.CPU)
        {
            return pixels;
        }

        using (pixels)
        {
            return pixels.to(device);
        }
    }

    /// <summary>Reads items one after another, each with the random source of its place.</summary>
    internal static async Task<PixelBatch> ReadAsync(
        IPixelSource source, IReadOnlyList<MediaId> items, Func<int, Random> random, CancellationToken cancellationToken)
    {
        var batch = new PixelBatch(items.Count, source.Input.Size);
        try
        {
            var each = 3 * batch.Size * batch.Size;
            for (var i = 0; i < items.Count; i++)
            {
                await source.ReadAsync(items[i], random(i), batch.Memory.Slice(i * each, each), cancellationToken).ConfigureAwait(false);
            }

            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }
}
