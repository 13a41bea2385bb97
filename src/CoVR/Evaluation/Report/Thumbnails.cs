using System.Globalization;
using System.Text;
using CoVR.Media;
using CoVR.Modeling;

namespace CoVR.Evaluation;

/// <summary>Turns items into small pictures inside a page, each once: a class of the style sheet, whatever the number of places.</summary>
internal sealed class Thumbnails(Func<MediaId, MediaSource> locate, IFrameReader frames, EvaluationPageOptions options)
{
    private const int SmallEnoughForPng = 64;
    private const int JpegQuality = 82;

    private readonly Dictionary<MediaId, string> _elements = [];
    private readonly StringBuilder _style = new();
    private int _bytes;

    /// <summary>The rules of all pictures so far.</summary>
    public string Style => _style.ToString();

    /// <summary>The element of an item.</summary>
    public async Task<string> OfAsync(MediaId id, CancellationToken cancellationToken)
    {
        if (!_elements.TryGetValue(id, out var element))
        {
            _elements[id] = element = await ElementAsync(id, cancellationToken).ConfigureAwait(false);
        }

        return element;
    }

    private async Task<string> ElementAsync(MediaId id, CancellationToken cancellationToken)
    {
        var name = Html.Encode(id.Value);
        try
        {
            if (_bytes < options.PictureBytes)
            {
                var read = await frames.ReadAsync(locate(id), new Evenly(options.ClipFrames), cancellationToken).ConfigureAwait(false);
                if (Picture([.. read.Select(Shrink)]) is { } kind)
                {
                    return $"<span class=\"pic {kind}\" role=\"img\" aria-label=\"{name}\" title=\"{name}\"></span>";
                }
            }

            return $"<span class=\"pic none\" title=\"{name}\"><small>{name}</small></span>";
        }
        catch (MediaReadException error)
        {
            return $"<span class=\"pic none\" title=\"{Html.Encode(error.Message)}\"><small>not readable: {name}</small></span>";
        }
    }

    /// <summary>Adds a picture or a strip of frames to the style sheet; null when it does not fit any more.</summary>
    private string? Picture(IReadOnlyList<RgbFrame> read)
    {
        foreach (var part in new[] { read, [read[read.Count / 2]] })
        {
            var strip = SideBySide(part);
            var isSmall = Math.Max(part[0].Width, part[0].Height) <= SmallEnoughForPng;
            var data = Convert.ToBase64String(isSmall ? ImageWriter.EncodePng(strip) : ImageWriter.EncodeJpeg(strip, JpegQuality));
            if (_bytes + data.Length > options.PictureBytes)
            {
                continue;
            }

            _bytes += data.Length;
            var name = string.Create(CultureInfo.InvariantCulture, $"p{_elements.Count}");
            _style.Append(CultureInfo.InvariantCulture, $".{name}{{background-image:url(data:image/{(isSmall ? "png" : "jpeg")};base64,{data});--r:{part[0].Width}/{part[0].Height}");
            _style.Append(part.Count == 1 ? "}\n" : string.Create(CultureInfo.InvariantCulture, $";--n:{part.Count - 1}}}\n"));
            return part.Count == 1 ? name : $"clip {name}";
        }

        return null;
    }

    private RgbFrame Shrink(RgbFrame frame)
    {
        var scale = (double)options.PictureSize / Math.Max(frame.Width, frame.Height);
        return scale >= 1 ? frame : PillowResizer.Resize(
            frame, Math.Max(1, (int)Math.Round(frame.Width * scale)), Math.Max(1, (int)Math.Round(frame.Height * scale)), Interpolation.Bicubic);
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

    /// <summary>Frames at equal distances; all of a short clip, the one of a picture.</summary>
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
