namespace CoVR;

/// <summary>Reads the frames of an image or video that a sampler asks for.</summary>
/// <remarks>Implementations are safe for use from several threads and leave no process running when a call ends.</remarks>
public interface IFrameReader
{
    /// <summary>Reads frames in the sampler's order; an image is a video of one frame.</summary>
    /// <param name="media">The image or video.</param>
    /// <param name="sampler">Chooses the frame indices from the frame count.</param>
    /// <param name="cancellationToken">Ends the work, including a running decoder process.</param>
    /// <returns>As many frames as the sampler asked for. Those of a video that changes its size are of different sizes.</returns>
    /// <exception cref="MediaReadException">The media cannot be read, or the file is cut and an asked frame is missing.</exception>
    ValueTask<IReadOnlyList<RgbFrame>> ReadAsync(MediaSource media, IFrameSampler sampler, CancellationToken cancellationToken = default);

    /// <summary>A reader of the same media for people to look at: red first, pictures as <see cref="IImageDecoder.AsSeen"/> gives them.</summary>
    /// <value>This reader, unless it reads media in another way.</value>
    IFrameReader AsSeen => this;
}
