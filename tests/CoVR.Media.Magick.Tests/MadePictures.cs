using ImageMagick;
using Microsoft.Extensions.Logging;

namespace CoVR.Media.Magick.Tests;

/// <summary>Pictures of 64 x 48 pixels: a quarter each red, green, blue and white.</summary>
internal static class MadePictures
{
    private static readonly (char Name, byte[] Rgb)[] Colours = [('R', [200, 30, 30]), ('G', [30, 200, 30]), ('B', [30, 30, 200]), ('W', [220, 220, 220]), ('w', [255, 255, 255])];

    public static RgbFrame Frame { get; } = Make();

    public static MagickImage Picture()
    {
        MagickPolicy.Apply();
        var picture = new MagickImage();
        picture.ReadPixels(Frame.Rgb.Span, new PixelReadSettings((uint)Frame.Width, (uint)Frame.Height, StorageType.Char, PixelMapping.RGB));
        return picture;
    }

    public static byte[] Write(MagickFormat format, int orientation = 1, bool transparent = false, IColorProfile? profile = null)
    {
        using var picture = Picture();
        picture.Orientation = (Orientation)orientation;
        picture.Quality = 95;
        if (profile is not null)
        {
            picture.SetProfile(profile);
        }

        if (transparent)
        {
            picture.Alpha(AlphaAction.Transparent);
        }

        return picture.ToByteArray(format);
    }

    /// <summary>The colours of the corners in reading order; ? for any other.</summary>
    public static string Corners(RgbFrame frame, int tolerance = 0)
    {
        var (right, bottom) = (frame.Width - 8, frame.Height - 8);
        return string.Concat(new[] { (8, 8), (right, 8), (8, bottom), (right, bottom) }.Select(at => NameOf(frame, at, tolerance)));
    }

    private static char NameOf(RgbFrame frame, (int X, int Y) at, int tolerance)
    {
        var pixel = frame.Rgb.Slice(((at.Y * frame.Width) + at.X) * 3, 3).ToArray();
        return Colours.FirstOrDefault(colour => colour.Rgb.Zip(pixel).All(pair => Math.Abs(pair.First - pair.Second) <= tolerance), ('?', [])).Name;
    }

    private static RgbFrame Make()
    {
        var rgb = Enumerable.Range(0, 64 * 48).SelectMany(i => Colours[(i % 64 / 32) + (i / 64 / 24 * 2)].Rgb).ToArray();
        return new RgbFrame(64, 48, rgb);
    }
}

internal sealed class ListLogger : ILogger
{
    public List<string> Lines { get; } = [];

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => Lines.Add(formatter(state, exception));
}
