using CoVR.Media;
using CoVR.TestSupport;
using SkiaSharp;

namespace CoVR.AspNetCore.Tests.Page;

/// <summary>Draws landscapes: pictures with a date, and short clips.</summary>
internal static class Scenes
{
    public const int Width = 320;
    public const int Height = 240;

    private static readonly Dictionary<string, (SKColor Top, SKColor Low, SKColor Ground)> Palettes = new()
    {
        ["sea"] = (new(0xff9fd0f5), new(0xffe4f3fb), new(0xff1f6fb5)),
        ["forest"] = (new(0xffcfe9c9), new(0xfff0f7e4), new(0xff2c7a3d)),
        ["desert"] = (new(0xfff7dca0), new(0xfffdf3d9), new(0xffd29a2a)),
        ["sunset"] = (new(0xffd9534a), new(0xfff9b17a), new(0xff7a2430)),
        ["night"] = (new(0xff0d1430), new(0xff26315c), new(0xff090d1c)),
        ["heath"] = (new(0xffb58ae0), new(0xffe6cff5), new(0xff6a2a8c)),
    };

    public static IReadOnlyCollection<string> Kinds => Palettes.Keys;

    /// <summary>The kind whose ground a picture shows, by its place among <see cref="Kinds"/>.</summary>
    public static int KindOf(RgbFrame frame)
    {
        var at = (((frame.Height - 2) * frame.Width) + (frame.Width / 2)) * 3;
        var (red, green, blue) = (frame.Rgb.Span[at], frame.Rgb.Span[at + 1], frame.Rgb.Span[at + 2]);
        return Enumerable.Range(0, Palettes.Count).MinBy(kind => Palettes.ElementAt(kind).Value.Ground is var ground ? Math.Pow(ground.Red - red, 2) + Math.Pow(ground.Green - green, 2) + Math.Pow(ground.Blue - blue, 2) : 0);
    }

    /// <summary>A landscape of a kind; numbers differ in their hills, their sun and how bright they are.</summary>
    public static RgbFrame Paint(string kind, int number, double sun = -1)
    {
        var (top, low, ground) = Palettes[kind];
        var random = new Random(number);
        using var picture = new SKBitmap(Width, Height, SKColorType.Rgba8888, SKAlphaType.Opaque);
        using var canvas = new SKCanvas(picture);
        var light = (float)random.NextDouble();
        using var sky = new SKPaint { Shader = SKShader.CreateLinearGradient(new(0, 0), new(0, Height), [Mix(top, SKColors.White, light * 0.25f), low], SKShaderTileMode.Clamp) };
        canvas.DrawRect(0, 0, Width, Height, sky);
        var (x, y) = (sun < 0 ? 40 + random.Next(Width - 80) : (int)(sun * Width), 40 + random.Next(60));
        using var disc = new SKPaint { Color = kind == "night" ? new(0xfff2f0dc) : new(0xfffff3c4), IsAntialias = true };
        canvas.DrawCircle(x, y, 14 + random.Next(16), disc);
        for (var layer = 0; layer < 3; layer++)
        {
            DrawHills(canvas, random, 120 + (layer * 36) - random.Next(20), Mix(ground, low, 0.55f - (0.25f * layer)));
        }

        return FrameOf(picture);
    }

    /// <summary>Writes a JPEG that says when it was taken.</summary>
    public static void Write(string path, string kind, int number, DateTime taken)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var exif = new ExifJpeg { Make = "Brick", Model = "One", Taken = taken.ToString("yyyy:MM:dd HH:mm:ss", System.Globalization.CultureInfo.InvariantCulture) };
        File.WriteAllBytes(path, exif.Insert(MediaWriter.EncodeJpeg(Paint(kind, number), 88)));
    }

    /// <summary>Writes a clip of four seconds; halfway the first landscape becomes the second.</summary>
    public static Task WriteClipAsync(string path, string first, string second, int number)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        return MediaWriter.WriteMp4Async(path, [.. Enumerable.Range(0, 32).Select(i => Paint(i < 16 ? first : second, number, 0.1 + (i * 0.025)))], 8);
    }

    private static void DrawHills(SKCanvas canvas, Random random, int height, SKColor colour)
    {
        var (one, two, shift) = (random.Next(8, 26), random.Next(4, 14), random.NextDouble() * 6);
        using var line = new SKPath();
        line.MoveTo(0, Height);
        for (var x = 0; x <= Width; x += 4)
        {
            line.LineTo(x, (float)(height + (one * Math.Sin((x / 60.0) + shift)) + (two * Math.Sin((x / 23.0) + (2 * shift)))));
        }

        line.LineTo(Width, Height);
        line.Close();
        using var paint = new SKPaint { Color = colour, IsAntialias = true };
        canvas.DrawPath(line, paint);
    }

    private static SKColor Mix(SKColor one, SKColor other, float share) => new(Blend(one.Red, other.Red, share), Blend(one.Green, other.Green, share), Blend(one.Blue, other.Blue, share));

    private static byte Blend(byte one, byte other, float share) => (byte)((one * (1 - share)) + (other * share));

    private static RgbFrame FrameOf(SKBitmap picture)
    {
        var rgba = picture.GetPixelSpan();
        var rgb = new byte[Width * Height * 3];
        for (var i = 0; i < Width * Height; i++)
        {
            rgba.Slice(i * 4, 3).CopyTo(rgb.AsSpan(i * 3));
        }

        return new RgbFrame(Width, Height, rgb);
    }
}
