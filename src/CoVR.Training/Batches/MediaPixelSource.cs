using CoVR.Modeling;

namespace CoVR.Training.Batches;

/// <summary>Decodes frames of an image or video and transforms them, each with its own random draws.</summary>
/// <param name="locate">Where an item's media are.</param>
/// <param name="reader">Decodes.</param>
/// <param name="transform">Resizes, augments and normalizes.</param>
/// <param name="sampler">Selects the frames of a video, from the item's random source; if a video has too few, they repeat from the start.</param>
/// <param name="frames">F, at least 1.</param>
internal sealed class MediaPixelSource(
    Func<MediaId, MediaSource> locate, IFrameReader reader, IImageTransform transform, Func<Random, IFrameSampler> sampler, int frames = 1) : IPixelSource
{
    public ImageInput Input => transform.Input;

    public int Frames => frames;

    public async ValueTask ReadAsync(MediaId id, Random random, Memory<float> destination, CancellationToken cancellationToken)
    {
        var decoded = await reader.ReadAsync(locate(id), sampler(random), cancellationToken).ConfigureAwait(false);
        var each = destination.Length / frames;
        for (var frame = 0; frame < frames; frame++)
        {
            transform.Apply(decoded[frame % decoded.Count], random, destination.Span.Slice(frame * each, each));
        }
    }
}
