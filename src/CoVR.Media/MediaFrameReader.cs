using CoVR.Media.Images;
using CoVR.Media.Video;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Media;

/// <summary>
/// Reads frames of pictures (recognized by their first bytes, not by their names) and of videos (by ffmpeg). An animated GIF is a
/// video; any other picture is a video of one frame.
/// </summary>
/// <remarks>
/// Safe for use from several threads. A truncated file is an error; missing frames are never substituted. No process outlives a call.
/// </remarks>
public sealed class MediaFrameReader : IFrameReader
{
    private static int _isTold;

    private readonly IImageDecoder _images;
    private readonly MediaOptions _options;
    private readonly ILogger<MediaFrameReader>? _logger;
    private readonly FfmpegFrameReader _videos;

    /// <summary>Creates a reader.</summary>
    /// <param name="images">Decodes pictures; null for the one that <see cref="CreateImageDecoder"/> makes.</param>
    /// <param name="options">Programs, limits and channel order; defaults when null.</param>
    /// <param name="logger">Logs faults that the decoder concealed.</param>
    public MediaFrameReader(IImageDecoder? images = null, MediaOptions? options = null, ILogger<MediaFrameReader>? logger = null)
    {
        options ??= new MediaOptions();
        OptionsFaults.ThrowIfAny(options);
        (_images, _logger) = (images ?? CreateImageDecoder(options), logger);
        _options = options.With(options.Pictures ?? (_images.AsSeen == _images ? PictureReading.AsSeen : PictureReading.AsPillow), options.BgrVideos);
        if (logger is not null && TurboJpeg.Shared is null && Interlocked.Exchange(ref _isTold, 1) == 0)
        {
            Log.NoTurboJpeg(logger);
        }

        _videos = new FfmpegFrameReader(_options, logger ?? NullLogger<MediaFrameReader>.Instance);
    }

    /// <summary>Makes the built-in decoder of pictures: PNG, JPEG, WebP, GIF (first picture) and BMP.</summary>
    /// <remarks>SkiaSharp decodes; JPEG is decoded by the system's libjpeg-turbo where it is installed (<c>COVR_TURBOJPEG</c>: its file, or <c>0</c> for none). Truncated files are errors, never grey areas.</remarks>
    /// <param name="options">The pixel limit, and the way of looking at pictures (<see cref="MediaOptions.Pictures"/>); when null the default limit, and <see cref="PictureReading.AsPillow"/>.</param>
    /// <returns>A decoder that is safe for use from several threads.</returns>
    public static IImageDecoder CreateImageDecoder(MediaOptions? options = null) => new SkiaImageDecoder(options);

    /// <summary>Recognizes the format of a picture.</summary>
    /// <param name="header">The first 64 bytes of the file, or more.</param>
    /// <returns>Its name as in <see cref="IImageDecoder.Formats"/>: PNG, JPEG, WebP, GIF, BMP, TIFF, HEIC, AVIF, JPEG 2000, JPEG XL or camera RAW (some of which say TIFF); null for anything else.</returns>
    public static string? PictureFormatOf(ReadOnlySpan<byte> header) => ImageFormat.Name(header) ?? ImageFormat.OtherName(header);

    /// <inheritdoc/>
    public IFrameReader AsSeen => _options is { BgrVideos: false, Pictures: PictureReading.AsSeen } && _images.AsSeen == _images ? this : new MediaFrameReader(_images.AsSeen, _options.With(PictureReading.AsSeen, bgrVideos: false), _logger);

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<RgbFrame>> ReadAsync(
        MediaSource media, IFrameSampler sampler, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(media);
        ArgumentNullException.ThrowIfNull(sampler);
        cancellationToken.ThrowIfCancellationRequested();
        return media switch
        {
            { Frames: { } frames } => FromFrames(frames, media.DisplayName, media.Start is { } start && frames.All(frame => frame.Time is not null)
                ? VideoTimes.Within(sampler, [.. frames.Select(frame => frame.Time!.Value)], start, media.End ?? TimeSpan.MaxValue)
                : sampler),
            { Path: not null } => await FromFileAsync(media, sampler, cancellationToken).ConfigureAwait(false),
            _ => await FromStreamAsync(media, sampler, cancellationToken).ConfigureAwait(false),
        };
    }

    private static RgbFrame[] FromFrames(IReadOnlyList<RgbFrame> frames, string name, IFrameSampler sampler)
    {
        if (frames.Count == 0)
        {
            throw new MediaReadException(name, MediaFailure.NoFrames, "there are no frames.");
        }

        var selection = new FrameSelection(sampler, frames.Count);
        return selection.Arrange([.. selection.Distinct.Select(index => frames[index])]);
    }

    private async Task<IReadOnlyList<RgbFrame>> FromFileAsync(MediaSource media, IFrameSampler sampler, CancellationToken cancellationToken)
    {
        var name = media.Path!;
        byte[]? picture;
        try
        {
            using var file = new FileStream(name, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
            picture = await ReadPictureAsync(file, await ReadHeaderAsync(file, name, cancellationToken).ConfigureAwait(false), cancellationToken)
                .ConfigureAwait(false);
        }
        catch (Exception cause) when (cause is IOException or UnauthorizedAccessException)
        {
            throw new MediaReadException(name, MediaFailure.NotFound, $"the file cannot be opened: {cause.Message}", cause);
        }

        return picture is not null
            ? FromFrames([_images.Decode(picture, name)], name, sampler)
            : await _videos.ReadAsync(name, media, sampler, cancellationToken).ConfigureAwait(false);
    }

    private async Task<IReadOnlyList<RgbFrame>> FromStreamAsync(MediaSource media, IFrameSampler sampler, CancellationToken cancellationToken)
    {
        var name = media.DisplayName;
        var stream = await media.Open!(cancellationToken).ConfigureAwait(false);
        await using (stream.ConfigureAwait(false))
        {
            using var copy = new TemporaryMedia();
            var header = await ReadHeaderAsync(stream, name, cancellationToken).ConfigureAwait(false);
            var start = !ImageFormat.IsPicture(header) ? header : await ReadRestAsync(stream, header, cancellationToken).ConfigureAwait(false);
            if (IsPicture(start))
            {
                return FromFrames([_images.Decode(start, name)], name, sampler);
            }

            await copy.WriteAsync(start, stream, cancellationToken).ConfigureAwait(false);

            return await _videos.ReadAsync(copy.Path, media, sampler, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>The whole file if it is a still picture, else null.</summary>
    private static async Task<byte[]?> ReadPictureAsync(Stream file, byte[] header, CancellationToken cancellationToken)
    {
        if (!ImageFormat.IsPicture(header))
        {
            return null;
        }

        var bytes = await ReadRestAsync(file, header, cancellationToken).ConfigureAwait(false);
        return IsPicture(bytes) ? bytes : null;
    }

    private static bool IsPicture(ReadOnlySpan<byte> file) => ImageFormat.IsPicture(file) && (ImageFormat.Name(file) != "GIF" || !GifAnimation.IsAnimated(file));

    private static async Task<byte[]> ReadHeaderAsync(Stream stream, string name, CancellationToken cancellationToken)
    {
        var header = new byte[ImageFormat.HeaderLength];
        var length = await stream.ReadAtLeastAsync(header, header.Length, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
        return length > 0 ? header[..length] : throw new MediaReadException(name, MediaFailure.Empty, "the file is empty.");
    }

    private static async Task<byte[]> ReadRestAsync(Stream stream, byte[] header, CancellationToken cancellationToken)
    {
        if (stream.CanSeek)
        {
            var all = new byte[stream.Length - stream.Position + header.Length];
            header.CopyTo(all, 0);
            var length = await stream.ReadAtLeastAsync(all.AsMemory(header.Length), all.Length - header.Length, false, cancellationToken)
                .ConfigureAwait(false);
            return all[..(header.Length + length)];
        }

        using var rest = new MemoryStream();
        rest.Write(header);
        await stream.CopyToAsync(rest, cancellationToken).ConfigureAwait(false);
        return rest.ToArray();
    }
}

/// <summary>A copy of a stream in a file that ffmpeg can read; deleted when disposed.</summary>
internal sealed class TemporaryMedia : IDisposable
{
    /// <summary>The path of the copy.</summary>
    internal string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"covr-{Guid.NewGuid():N}.media");

    /// <summary>Writes the bytes already read, then the rest of the stream.</summary>
    internal async Task WriteAsync(ReadOnlyMemory<byte> start, Stream rest, CancellationToken cancellationToken)
    {
        using var file = new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await file.WriteAsync(start, cancellationToken).ConfigureAwait(false);
        await rest.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(Path);
}
