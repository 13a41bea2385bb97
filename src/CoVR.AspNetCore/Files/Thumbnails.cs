using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CoVR.AspNetCore.Safety;
using CoVR.Media;
using CoVR.Media.Sampling;
using CoVR.Retrieval;

namespace CoVR.AspNetCore.Files;

/// <summary>Small pictures of items.</summary>
internal sealed class Thumbnails(ThumbnailCache cache, WorkLimits limits)
{
    private const int Quality = 80;

    /// <summary>The lengths of the longer side, in pixels.</summary>
    public static readonly IReadOnlyList<int> Sizes = [160, 320, 640];

    /// <summary>Names a thumbnail by all that it shows, so that another content has another name.</summary>
    public static string KeyOf(GalleryEntry entry, int size, int? frame) =>
        string.Create(CultureInfo.InvariantCulture, $"{VersionOf(new GalleryItem(entry.Id, entry.Properties))}-{size}-{frame}");

    /// <summary>Names an item's content.</summary>
    public static string VersionOf(GalleryItem item)
    {
        var of = item.Properties;
        var content = of.ContentHash ?? string.Create(CultureInfo.InvariantCulture, $"{item.Id} {of.Source} {of.Size} {of.Modified:O}");
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(content)).AsSpan(0, 12));
    }

    /// <summary>The embedded frame nearest to a time; null for the middle of the video.</summary>
    public static int? FrameAt(GalleryEntry entry, double? seconds) => seconds is { } at && entry.FrameTimes.Count > 0
        ? Enumerable.Range(0, entry.FrameTimes.Count).MinBy(i => Math.Abs(entry.FrameTimes[i].TotalSeconds - at))
        : null;

    /// <summary>Reads a thumbnail from the cache, or makes it.</summary>
    /// <returns>A JPEG.</returns>
    public async Task<byte[]> GetAsync(RetrievalPipeline pipeline, GalleryEntry entry, int size, int? frame, CancellationToken cancellationToken)
    {
        var key = KeyOf(entry, size, frame);
        if (await cache.ReadAsync(key, cancellationToken).ConfigureAwait(false) is { } kept)
        {
            return kept;
        }

        using var place = await limits.DecodeAsync(cancellationToken).ConfigureAwait(false);
        var (file, _) = await MediaFiles.OpenAsync(entry, cancellationToken).ConfigureAwait(false);
        await file.DisposeAsync().ConfigureAwait(false);
        IFrameSampler sampler = frame is { } index ? new OneOf(pipeline.GallerySampler, index) : FrameSamplers.Middle;
        var frames = await pipeline.FrameReader.AsSeen.ReadAsync(MediaSource.FromFile(entry.Properties.Source!), sampler, cancellationToken).ConfigureAwait(false);
        var jpeg = MediaWriter.EncodeJpeg(MediaWriter.Shrink(frames[0], size), Quality);
        await cache.WriteAsync(key, jpeg, cancellationToken).ConfigureAwait(false);
        return jpeg;
    }

    /// <summary>One of the frames that another sampler chooses.</summary>
    private sealed class OneOf(IFrameSampler sampler, int index) : IFrameSampler
    {
        public IReadOnlyList<int> Select(int frameCount) => sampler.Select(frameCount) is var frames ? [frames[Math.Min(index, frames.Count - 1)]] : [];
    }
}
