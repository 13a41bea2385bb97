using System.Globalization;
using CoVR;
using CoVR.Data;
using CoVR.Media;

namespace QuickStart;

/// <summary>Turns items into HTML: a picture inline, a clip as its frames side by side, played by the style sheet.</summary>
internal sealed class Picture(IFrameReader frames, ITripletDatasetReader reader)
{
    private const int ClipFrames = 12;

    private readonly Dictionary<MediaId, string> _known = [];

    /// <summary>The element of an item.</summary>
    public async Task<string> OfAsync(MediaId id, CancellationToken cancellationToken)
    {
        if (!_known.TryGetValue(id, out var html))
        {
            var isClip = reader.Locate(id) is FileMedia { Path: var path } && path.EndsWith(".mp4", StringComparison.Ordinal);
            var read = await frames.ReadAsync(reader.Locate(id), isClip ? new UniformSegmentSampler(ClipFrames) : new MiddleFrameSampler(), cancellationToken);
            _known[id] = html = Element(id, read);
        }

        return html;
    }

    private static string Element(MediaId id, IReadOnlyList<RgbFrame> read)
    {
        var data = Convert.ToBase64String(ImageWriter.EncodePng(SideBySide(read)));
        var play = read.Count == 1 ? "" : string.Create(CultureInfo.InvariantCulture, $";--n:{read.Count - 1};--end:100%");
        return $"<span class=\"pic{(read.Count == 1 ? "" : " clip")}\" role=\"img\" aria-label=\"{id}\" title=\"{id}\" style=\"background-image:url(data:image/png;base64,{data}){play}\"></span>";
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
}
