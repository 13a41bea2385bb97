using System.Buffers;
using CoVR.Media;
using CoVR.Retrieval;

namespace CoVR.Embedding;

/// <summary>The transformed pixels of an item's frames, in a pooled buffer; for encoders that take frames, the frames.</summary>
internal sealed class PreparedMedia : IDisposable
{
    private float[]? _pixels;

    private PreparedMedia(float[] pixels, int frames, int frameSize) => (_pixels, Frames, FrameSize) = (pixels, frames, frameSize);

    private PreparedMedia(RgbFrame[] originals) => (Originals, Frames) = (originals, originals.Length);

    public int Frames { get; }

    /// <summary>3 x S x S.</summary>
    public int FrameSize { get; }

    /// <summary>The times of the frames of a video; empty if one is unknown.</summary>
    public IReadOnlyList<TimeSpan> Times { get; private init; } = [];

    /// <summary>The frames, not larger than the model's input; empty unless the encoder takes frames.</summary>
    public IReadOnlyList<RgbFrame> Originals { get; } = [];

    /// <summary>Reads and transforms the frames of a reference.</summary>
    /// <exception cref="MediaReadException">The media cannot be read.</exception>
    public static ValueTask<PreparedMedia> ReadReferenceAsync(RetrievalPipeline pipeline, MediaSource source, CancellationToken cancellationToken) =>
        ReadAsync(pipeline, pipeline.FrameReader, pipeline.QuerySampler, source, cancellationToken);

    /// <summary>Reads and transforms the frames of a gallery item.</summary>
    /// <exception cref="MediaReadException">The media cannot be read.</exception>
    public static ValueTask<PreparedMedia> ReadItemAsync(RetrievalPipeline pipeline, MediaSource source, CancellationToken cancellationToken) =>
        ReadAsync(pipeline, pipeline.GalleryReader ?? pipeline.FrameReader, pipeline.GallerySampler, source, cancellationToken);

    private static async ValueTask<PreparedMedia> ReadAsync(RetrievalPipeline pipeline, IFrameReader reader, IFrameSampler sampler, MediaSource source, CancellationToken cancellationToken)
    {
        var frames = await reader.ReadAsync(source, sampler, cancellationToken).ConfigureAwait(false);
        if (frames.Count == 0)
        {
            throw new MediaReadException(source.DisplayName, MediaFailure.NoFrames, "the frame reader returned no frames.");
        }

        if (pipeline.Model.Encoder.TakesFrames)
        {
            return new PreparedMedia([.. frames.Select(frame => MediaWriter.Shrink(frame, pipeline.Model.Description.Image.Size))]) { Times = TimesOf(frames) };
        }

        var size = pipeline.Transform.Input.Size;
        var prepared = new PreparedMedia(ArrayPool<float>.Shared.Rent(checked(frames.Count * 3 * size * size)), frames.Count, 3 * size * size) { Times = TimesOf(frames) };
        try
        {
            var random = new Random(0);
            for (var i = 0; i < frames.Count; i++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                pipeline.Transform.Apply(frames[i], random, prepared._pixels.AsSpan(i * prepared.FrameSize, prepared.FrameSize));
            }

            return prepared;
        }
        catch
        {
            prepared.Dispose();
            throw;
        }
    }

    private static TimeSpan[] TimesOf(IReadOnlyList<RgbFrame> frames) => frames.All(frame => frame.Time is not null) ? [.. frames.Select(frame => frame.Time!.Value)] : [];

    /// <summary>[3, S, S] of one frame.</summary>
    public ReadOnlySpan<float> Frame(int index)
    {
        ObjectDisposedException.ThrowIf(_pixels is null, this);
        return _pixels.AsSpan(index * FrameSize, FrameSize);
    }

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _pixels, null) is { } pixels)
        {
            ArrayPool<float>.Shared.Return(pixels);
        }
    }
}
