using CoVR.Modeling;

namespace CoVR;

/// <summary>Reads the frames of an image or video that a sampler chooses.</summary>
/// <remarks>Implementations are safe for use from several threads and leave no process running when a call ends.</remarks>
public interface IFrameReader
{
    /// <summary>Reads frames in the sampler's order; an image is a video of one frame.</summary>
    /// <param name="media">The image or video.</param>
    /// <param name="sampler">Chooses the frame indices from the frame count.</param>
    /// <param name="cancellationToken">Ends the work, including a running decoder process.</param>
    /// <returns>As many frames as the sampler chose. Those of a video that changes its size are of different sizes.</returns>
    /// <exception cref="MediaReadException">The media cannot be read, or the file is cut and a requested frame is missing.</exception>
    ValueTask<IReadOnlyList<RgbFrame>> ReadAsync(MediaSource media, IFrameSampler sampler, CancellationToken cancellationToken = default);

    /// <summary>A reader of the same media for people to look at: red first, pictures as <see cref="IImageDecoder.AsSeen"/> gives them.</summary>
    /// <value>This reader, unless it reads media in another way.</value>
    IFrameReader AsSeen => this;
}

/// <summary>Chooses which frames of a video are used.</summary>
/// <remarks>Implementations are safe for use from several threads: the readers of a job share one.</remarks>
public interface IFrameSampler
{
    /// <summary>Identifies the sampler in fingerprints of stored embeddings, for example <c>middle</c> or <c>uniform-15</c>.</summary>
    string Name => GetType().Name;

    /// <summary>Chooses frame indices. Called again if a video turns out to have another number of frames than its file says.</summary>
    /// <param name="frameCount">How many frames the video has, at least 1.</param>
    /// <returns>
    /// At least one index in [0, <paramref name="frameCount"/>), in the requested order; an index may repeat if the video is short.
    /// </returns>
    IReadOnlyList<int> Select(int frameCount);
}

/// <summary>Turns the bytes of an image file into pixels.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface IImageDecoder
{
    /// <summary>Decodes one image.</summary>
    /// <param name="encoded">The whole file.</param>
    /// <param name="name">The name used in errors.</param>
    /// <returns>The picture.</returns>
    /// <exception cref="MediaReadException">The bytes are not a complete image, or the picture exceeds the pixel limit.</exception>
    RgbFrame Decode(ReadOnlySpan<byte> encoded, string name);

    /// <summary>The formats it reads, each with the library that decodes it.</summary>
    /// <value>PNG, JPEG, WebP, GIF and BMP. A folder's files of a known format that is missing here, such as <c>HEIC</c>, are passed over.</value>
    IReadOnlyDictionary<string, string> Formats => new[] { "PNG", "JPEG", "WebP", "GIF", "BMP" }.ToDictionary(format => format, _ => GetType().Name);

    /// <summary>A decoder of the same files for people to look at: transparent pictures on white, upright, in sRGB.</summary>
    /// <value>This decoder, unless it reads pictures in another way.</value>
    IImageDecoder AsSeen => this;
}

/// <summary>Turns a picture into model input: resize or crop, augment, scale to [0, 1], normalize.</summary>
/// <remarks>Implementations are safe for use from several threads as long as each call has its own <see cref="Random"/>.</remarks>
public interface IImageTransform
{
    /// <summary>The size and statistics that the output has.</summary>
    ImageInput Input { get; }

    /// <summary>Writes one picture.</summary>
    /// <param name="frame">The picture; not changed.</param>
    /// <param name="random">The source of every random choice; unused by transforms without any.</param>
    /// <param name="destination">Receives [3, S, S] normalised values, exactly <c>3 * S * S</c> of them.</param>
    void Apply(RgbFrame frame, Random random, Span<float> destination);
}
