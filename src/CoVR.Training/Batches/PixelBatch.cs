using System.Buffers;
using CoVR.Training.Steps;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Batches;

/// <summary>The pixels of several items in one rented array, [B F, 3, S, S], the F frames of an item next to each other.</summary>
internal sealed class PixelBatch : IDisposable
{
    private float[]? _values;

    private PixelBatch(int count, int frames, int size) =>
        (_values, Count, Frames, Size) = (ArrayPool<float>.Shared.Rent(checked(count * frames * 3 * size * size)), count, frames, size);

    /// <summary>B.</summary>
    public int Count { get; private set; }

    /// <summary>F.</summary>
    public int Frames { get; }

    /// <summary>S.</summary>
    public int Size { get; }

    /// <summary>The values [B F, 3, S, S].</summary>
    public ReadOnlyMemory<float> Values => Memory;

    private Memory<float> Memory => (_values ?? throw new ObjectDisposedException(nameof(PixelBatch))).AsMemory(0, Count * Frames * 3 * Size * Size);

    /// <summary>Copies the values to a device, [B F, 3, S, S]; the caller's dispose scope owns the tensor.</summary>
    public Tensor ToTensor(Device device) => ToTensor(device, new BatchRows(0, Count));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _values, null) is { } values)
        {
            ArrayPool<float>.Shared.Return(values);
        }
    }

    /// <summary>Copies some items to a device, [b F, 3, S, S]; the caller's dispose scope owns the tensor.</summary>
    internal Tensor ToTensor(Device device, BatchRows rows)
    {
        var each = Frames * 3 * Size * Size;
        var pixels = empty([rows.Count * Frames, 3, Size, Size], ScalarType.Float32);
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

    /// <summary>Reads items one after another, each with its own random source.</summary>
    /// <param name="unreadable">Receives the items that cannot be read, which are then left out; null: the first one ends the read.</param>
    /// <exception cref="MediaReadException">An item cannot be read, or none can.</exception>
    internal static async Task<PixelBatch> ReadAsync(
        IPixelSource source, IReadOnlyList<MediaId> items, Func<int, Random> random, ICollection<UnreadableItem>? unreadable, CancellationToken cancellationToken)
    {
        var batch = new PixelBatch(items.Count, source.Frames, source.Input.Size);
        try
        {
            var (each, read) = (batch.Memory.Length / items.Count, 0);
            for (var index = 0; index < items.Count; index++)
            {
                try
                {
                    await source.ReadAsync(items[index], random(index), batch.Memory.Slice(read * each, each), cancellationToken).ConfigureAwait(false);
                    read++;
                }
                catch (MediaReadException error) when (unreadable is not null && error.Failure is not MediaFailure.DecoderMissing)
                {
                    unreadable.Add(new UnreadableItem(index, error));
                }
            }

            batch.Count = read > 0 ? read : throw NothingReadable(items, unreadable!.First().Error);
            return batch;
        }
        catch
        {
            batch.Dispose();
            throw;
        }
    }

    private static MediaReadException NothingReadable(IReadOnlyList<MediaId> items, MediaReadException first) => new(
        first.Media, first.Failure, $"{first.Reason} None of the other {items.Count - 1} items of its batch can be read either. Were the media moved?", first);
}

/// <summary>An item of a batch that cannot be read.</summary>
internal sealed record UnreadableItem(int Index, MediaReadException Error);
