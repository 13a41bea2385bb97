using CoVR.Media;
using SkiaSharp;

namespace CoVR.TestData;

/// <summary>Small pictures, each of its own colours, written as the file name says.</summary>
public static class TinyPictures
{
    public const int Side = 24;

    /// <summary>Writes a PNG or JPEG file of a number's colours.</summary>
    public static void Write(string path, int number)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var frame = Paint(number);
        if (Path.GetExtension(path) == ".png")
        {
            MediaWriter.WritePng(path, frame);
        }
        else
        {
            using var picture = SKBitmap.Decode(MediaWriter.EncodePng(frame));
            using var data = picture.Encode(SKEncodedImageFormat.Jpeg, 95);
            File.WriteAllBytes(path, data.ToArray());
        }
    }

    /// <summary>A picture with a bar across a background.</summary>
    public static RgbFrame Paint(int number)
    {
        var random = new Random(number);
        var (back, bar) = (new byte[3], new byte[3]);
        random.NextBytes(back);
        random.NextBytes(bar);
        var (start, length) = (random.Next(Side / 2), random.Next(4, Side / 2));
        var upright = random.Next(2) == 0;
        var pixels = new byte[Side * Side * 3];
        for (var i = 0; i < Side * Side; i++)
        {
            var place = upright ? i % Side : i / Side;
            (place >= start && place < start + length ? bar : back).CopyTo(pixels, i * 3);
        }

        return new RgbFrame(Side, Side, pixels);
    }
}
