using CoVR.AspNetCore.Safety;
using CoVR.Media;
using Microsoft.AspNetCore.Http;

namespace CoVR.AspNetCore.Files;

/// <summary>Decodes uploads as the pipeline decodes its own files, but within the limits for uploads.</summary>
internal sealed class UploadDecoder
{
    private readonly MediaFrameReader _reader;
    private readonly CoVRWebOptions _options;

    public UploadDecoder(CoVRWebOptions options, MediaOptions media, IImageDecoder pipeline)
    {
        var limits = new MediaOptions
        {
            FfmpegPath = media.FfmpegPath,
            FfprobePath = media.FfprobePath,
            Pictures = media.Pictures ?? (pipeline.AsSeen == pipeline ? PictureReading.AsSeen : PictureReading.AsPillow),
            MaxPixels = Math.Min(media.MaxPixels, options.MaxUploadPixels),
            Timeout = options.UploadTimeout < media.Timeout ? options.UploadTimeout : media.Timeout,
        };
        _reader = new MediaFrameReader(new LimitedDecoder(MediaFrameReader.CreateImageDecoder(limits), pipeline), limits);
        _options = options;
    }

    /// <summary>Decodes the frames that a sampler chooses.</summary>
    /// <exception cref="ApiException">The clip is too long.</exception>
    /// <exception cref="MediaReadException">The file cannot be read within the limits.</exception>
    public async ValueTask<IReadOnlyList<RgbFrame>> DecodeAsync(MediaSource upload, IFrameSampler sampler, CancellationToken cancellationToken)
    {
        var frames = await _reader.ReadAsync(upload, new LimitedSampler(sampler, _options.MaxUploadFrames), cancellationToken).ConfigureAwait(false);
        return frames[^1].Time is not { } length || length <= _options.MaxUploadDuration
            ? [.. frames.SkipLast(1)]
            : throw TooLong($"The clip is longer than {_options.MaxUploadDuration.TotalSeconds:0.###} seconds.");
    }

    private static ApiException TooLong(FormattableString detail) => new(StatusCodes.Status413PayloadTooLarge, "upload.too-long", FormattableString.Invariant(detail));

    /// <summary>The built-in formats within the limit; others as the pipeline's decoder reads them.</summary>
    private sealed class LimitedDecoder(IImageDecoder limited, IImageDecoder pipeline) : IImageDecoder
    {
        public IReadOnlyDictionary<string, string> Formats => pipeline.Formats;

        public RgbFrame Decode(ReadOnlySpan<byte> encoded, string name) =>
            (MediaFrameReader.PictureFormatOf(encoded) is { } format && limited.Formats.ContainsKey(format) ? limited : pipeline).Decode(encoded, name);
    }

    /// <summary>Another sampler's frames, and then the last one, whose time is the length of the clip.</summary>
    private sealed class LimitedSampler(IFrameSampler sampler, int most) : IFrameSampler
    {
        public string Name => sampler.Name;

        public IReadOnlyList<int> Select(int frameCount) => frameCount <= most
            ? [.. sampler.Select(frameCount), frameCount - 1]
            : throw TooLong($"The clip has {frameCount} frames; at most {most} are accepted.");
    }
}
