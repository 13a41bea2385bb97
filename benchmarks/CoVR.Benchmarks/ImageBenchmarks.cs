using BenchmarkDotNet.Attributes;
using CoVR.Media;
using CoVR.Media.Transforms;
using CoVR.Modeling;

namespace CoVR.Benchmarks;

/// <summary>An image file to the numbers of a 384-pixel model against its decoding alone.</summary>
public class ImageBenchmarks
{
    private const int Repeats = 8;
    private readonly IImageDecoder _decoder = MediaFrameReader.CreateImageDecoder();
    private readonly IImageTransform _transform = ImageTransforms.Evaluation(ImageInput.Clip(384));
    private readonly float[] _pixels = new float[3 * 384 * 384];
    private readonly Random _random = new(1);
    private byte[] _file = [];

    /// <summary>Side of the square picture.</summary>
    [Params(512, 1024)]
    public int Side { get; set; }

    /// <summary>The format of the file.</summary>
    [Params("PNG", "JPEG")]
    public string Format { get; set; } = "PNG";

    /// <summary>Makes a smooth, noisy picture.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var random = new Random(1);
        var rgb = new byte[Side * Side * 3];
        for (var i = 0; i < rgb.Length; i++)
        {
            rgb[i] = (byte)(100 + (60 * Math.Sin(i / 3 % Side * 0.02)) + random.Next(16));
        }

        var frame = new RgbFrame(Side, Side, rgb);
        _file = Format == "PNG" ? MediaWriter.EncodePng(frame) : MediaWriter.EncodeJpeg(frame, 90);
    }

    /// <summary>Decoding alone.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Repeats)]
    public int Decode()
    {
        var width = 0;
        for (var i = 0; i < Repeats; i++)
        {
            width += _decoder.Decode(_file, "benchmark").Width;
        }

        return width;
    }

    /// <summary>Decoding, Pillow-exact resize and normalisation.</summary>
    [Benchmark(OperationsPerInvoke = Repeats)]
    public float DecodeAndTransform()
    {
        for (var i = 0; i < Repeats; i++)
        {
            _transform.Apply(_decoder.Decode(_file, "benchmark"), _random, _pixels);
        }

        return _pixels[0];
    }
}
