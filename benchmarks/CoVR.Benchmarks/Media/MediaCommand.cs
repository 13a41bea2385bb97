using System.Globalization;
using System.Security.Cryptography;
using CoVR.Media;
using CoVR.Media.Sampling;
using CoVR.Media.Transforms;
using CoVR.Modeling;

namespace CoVR.Benchmarks.Media;

/// <summary>
/// <c>media [rounds]</c>: processor time of 15 frames of each of some clips against OpenCV, and of JPEG files to tensors against Pillow, alternating in one run;
/// for clips also of one bare ffmpeg with the same filters. Checks that pixels are equal.
/// </summary>
internal static class MediaCommand
{
    /// <summary>The argument that asks for this measurement.</summary>
    public const string Name = "media";

    private static readonly IFrameSampler Sampler = FrameSamplers.UniformSegments(15);

    /// <summary>Measures.</summary>
    /// <param name="args">The number of rounds, 7 by default.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
        var rounds = args is [var given, ..] ? int.Parse(given, null) : 7;
        using var files = new MadeMedia();
        using var python = new PythonPeer();
        var reader = new MediaFrameReader();
        foreach (var (name, clip) in files.Clips)
        {
            var peer = () => python.Run("video", clip);
            await CompareAsync($"{name}: ours / OpenCV", rounds, peer, async () => await reader.ReadAsync(MediaSource.FromFile(clip), Sampler));
            await CompareAsync($"{name}: bare ffmpeg / OpenCV", rounds, peer, () => MadeMedia.DecodeAsync(clip));
        }

        var (transform, pixels, random) = (ImageTransforms.Evaluation(ImageInput.Clip(384)), new float[3 * 384 * 384], new Random(1));
        var decoder = MediaFrameReader.CreateImageDecoder();
        foreach (var (name, picture) in files.Pictures)
        {
            await CompareAsync($"{name}: ours / Pillow", rounds * 5, () => python.Run("picture", picture), () =>
            {
                var frame = decoder.Decode(File.ReadAllBytes(picture), picture);
                transform.Apply(frame, random, pixels);
                return Task.FromResult<IReadOnlyList<RgbFrame>>([frame]);
            });
        }

        return 0;
    }

    /// <summary>Rounds of both, one after the other; the first ones warm up and are not counted.</summary>
    private static async Task CompareAsync(string name, int rounds, Func<(double Seconds, string Digest)> peer, Func<Task<IReadOnlyList<RgbFrame>>> ours)
    {
        List<double> ratios = [], seconds = [];
        for (var round = -Math.Max(2, rounds / 3); round < rounds; round++)
        {
            var expected = peer();
            var start = ProcessorTime.Now;
            var frames = await ours();
            var own = ProcessorTime.Now - start;
            if (frames.Count > 0 && Digest(frames) != expected.Digest)
            {
                throw new InvalidDataException($"{name}: the pixels differ from the peer's.");
            }

            if (round >= 0)
            {
                ratios.Add(own / expected.Seconds);
                seconds.Add(own);
            }
        }

        Console.WriteLine($"{name}: {Median(ratios):F2} ({ratios.Min():F2} to {ratios.Max():F2}), {Median(seconds) * 1000:F0} ms");
    }

    private static string Digest(IReadOnlyList<RgbFrame> frames)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var frame in frames)
        {
            hash.AppendData(frame.Rgb.Span);
        }

        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
