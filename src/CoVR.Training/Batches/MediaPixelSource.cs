using CoVR.Modeling;

namespace CoVR.Training;

/// <summary>Reads one frame of an image or video, or several, from a file or from decoded frames, and transforms them, each by its own chance.</summary>
/// <remarks>Safe for use from several threads.</remarks>
public sealed class MediaPixelSource : IPixelSource
{
    private readonly Func<MediaId, MediaSource> _locate;
    private readonly IFrameReader _reader;
    private readonly IImageTransform _transform;
    private readonly Func<Random, IFrameSampler> _sampler;

    /// <summary>Creates a source.</summary>
    /// <param name="locate">Where an item's media lie; <see cref="FramesMedia"/> needs no file.</param>
    /// <param name="reader">Decodes.</param>
    /// <param name="transform">Resizes, augments and normalises.</param>
    /// <param name="sampler">Chooses the frames of a video, from the item's own random source; of a video with too few they repeat from the start.</param>
    /// <param name="frames">F, how many frames are taken, at least 1.</param>
    public MediaPixelSource(
        Func<MediaId, MediaSource> locate, IFrameReader reader, IImageTransform transform, Func<Random, IFrameSampler> sampler, int frames = 1)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(frames, 1);
        Frames = frames;
        _locate = locate ?? throw new ArgumentNullException(nameof(locate));
        _reader = reader ?? throw new ArgumentNullException(nameof(reader));
        _transform = transform ?? throw new ArgumentNullException(nameof(transform));
        _sampler = sampler ?? throw new ArgumentNullException(nameof(sampler));
    }

    /// <summary>Creates a source of one frame whose choice is made without chance.</summary>
    /// <param name="locate">Where an item's media lie.</param>
    /// <param name="reader">Decodes.</param>
    /// <param name="transform">Resizes, augments and normalises.</param>
    /// <param name="sampler">Chooses the frame of a video, for example the middle one.</param>
    public MediaPixelSource(Func<MediaId, MediaSource> locate, IFrameReader reader, IImageTransform transform, IFrameSampler sampler)
        : this(locate, reader, transform, _ => sampler) => ArgumentNullException.ThrowIfNull(sampler);

    /// <inheritdoc/>
    public ImageInput Input => _transform.Input;

    /// <inheritdoc/>
    public int Frames { get; }

    /// <inheritdoc/>
    public async ValueTask ReadAsync(MediaId id, Random random, Memory<float> destination, CancellationToken cancellationToken)
    {
        var frames = await _reader.ReadAsync(_locate(id), _sampler(random), cancellationToken).ConfigureAwait(false);
        var each = destination.Length / Frames;
        for (var frame = 0; frame < Frames; frame++)
        {
            _transform.Apply(frames[frame % frames.Count], random, destination.Span.Slice(frame * each, each));
        }
    }
}
