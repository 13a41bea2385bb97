using System.Globalization;
using System.Text;
using CoVR.Media;

namespace CoVR.Cli.Pages;

/// <summary>A picture on a page.</summary>
/// <param name="Style">Its classes in the style sheet; null if it is named instead of shown.</param>
/// <param name="Caption">The item's name, or why it is not shown.</param>
/// <param name="Title">The tooltip.</param>
internal sealed record PagePicture(string? Style, string Caption, string Title);

/// <summary>Makes the pictures of a page. Each item becomes one class of the style sheet, however often it appears.</summary>
internal sealed class PagePictures(Func<MediaId, MediaSource> locate, IFrameReader frames, int pictureSize, int clipFrames, int pictureBytes)
{
    private const int SmallEnoughForPng = 64;
    private const int JpegQuality = 82;

    private readonly Dictionary<MediaId, PagePicture> _pictures = [];
    private readonly StringBuilder _style = new();
    private int _bytes;

    /// <summary>The style sheet of all pictures so far.</summary>
    public string Style => _style.ToString();

    /// <summary>The picture of an item.</summary>
    public async Task<PagePicture> OfAsync(MediaId id, CancellationToken cancellationToken) =>
        _pictures.TryGetValue(id, out var known) ? known : _pictures[id] = await ReadAsync(id, cancellationToken);

    private async Task<PagePicture> ReadAsync(MediaId id, CancellationToken cancellationToken)
    {
        try
        {
            if (_bytes >= pictureBytes)
            {
                return new PagePicture(null, id.Value, id.Value);
            }

            var read = await frames.ReadAsync(locate(id), new Evenly(clipFrames), cancellationToken);
            // A strip has one size; a video may not.
            var strip = read.Where(frame => (frame.Width, frame.Height) == (read[0].Width, read[0].Height));
            return new PagePicture(AddStyle([.. strip.Select(frame => MediaWriter.Shrink(frame, pictureSize))]), id.Value, id.Value);
        }
        catch (MediaReadException error)
        {
            return new PagePicture(null, $"unreadable: {id.Value}", error.Message);
        }
    }

    /// <summary>Adds a picture or a strip of frames to the style sheet; returns its classes, or null when it does not fit.</summary>
    private string? AddStyle(IReadOnlyList<RgbFrame> read)
    {
        foreach (var part in new[] { read, [read[read.Count / 2]] })
        {
            var strip = SideBySide(part);
            var isSmall = Math.Max(part[0].Width, part[0].Height) <= SmallEnoughForPng;
            var data = Convert.ToBase64String(isSmall ? MediaWriter.EncodePng(strip) : MediaWriter.EncodeJpeg(strip, JpegQuality));
            if (_bytes + data.Length > pictureBytes)
            {
                continue;
            }

            _bytes += data.Length;
            var name = string.Create(CultureInfo.InvariantCulture, $"p{_pictures.Count}");
            _style.Append(CultureInfo.InvariantCulture, $".{name}{{background-image:url(data:image/{(isSmall ? "png" : "jpeg")};base64,{data});--r:{part[0].Width}/{part[0].Height}");
            _style.Append(part.Count == 1 ? "}\n" : string.Create(CultureInfo.InvariantCulture, $";--n:{part.Count - 1}}}\n"));
            return part.Count == 1 ? name : $"clip {name}";
        }

        return null;
    }

    private static RgbFrame SideBySide(IReadOnlyList<RgbFrame> read)
    {
        if (read.Count == 1)
        {
            return read[0];
        }

        var (width, height) = (read[0].Width, read[0].Height);
        var strip = new byte[width * read.Count * height * 3];
        for (var frame = 0; frame < read.Count; frame++)
        {
            for (var row = 0; row < height; row++)
            {
                read[frame].Rgb.Span.Slice(row * width * 3, width * 3).CopyTo(strip.AsSpan(((row * read.Count) + frame) * width * 3));
            }
        }

        return new RgbFrame(width * read.Count, height, strip);
    }

    /// <summary>Frames at equal distances: all of a short clip, the only one of a picture.</summary>
    private sealed class Evenly(int most) : IFrameSampler
    {
        public string Name => "evenly";

        public IReadOnlyList<int> Select(int frameCount)
        {
            var count = Math.Clamp(frameCount, 1, most);
            return [.. Enumerable.Range(0, count).Select(i => ((2 * i) + 1) * frameCount / (2 * count))];
        }
    }
}
