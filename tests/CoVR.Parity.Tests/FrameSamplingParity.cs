using System.Text.Json;
using CoVR.Media.Sampling;
using CoVR.Media.Transforms;
using CoVR.Modeling;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>Which frames the reference looks at, and what it makes of them.</summary>
public sealed class FrameSamplingParity : IParityCheck
{
    private const string DatasetFunction = "get_video_frames";

    public bool Handles(GoldenCase golden) => golden.Group == "data" && Checker(golden) is not null;

    public void Check(GoldenCase golden) => Checker(golden)!(golden);

    private static Action<GoldenCase>? Checker(GoldenCase golden) =>
        golden.Function.Contains("sample_frames(", StringComparison.Ordinal) ? CheckSegments
        : golden.Function.Contains("FrameLoader(", StringComparison.Ordinal) ? CheckLoader
        : golden.Function.Contains(DatasetFunction, StringComparison.Ordinal) ? CheckDataset
        : null;

    private static void CheckSegments(GoldenCase golden)
    {
        foreach (var sample in golden.OutputJson("cases").EnumerateArray())
        {
            var (length, count) = (sample.GetProperty("vlen").GetInt32(), sample.GetProperty("n").GetInt32());
            if (length > 0 && count > 0)
            {
                Assert.Equal(Numbers(sample, "idx"), FrameSamplers.UniformSegments(count).Select(length));
            }
            else
            {
                Assert.Equal(Numbers(sample, "idx"), UniformSegmentSampler.Midpoints(length, count));
            }
        }
    }

    private static void CheckLoader(GoldenCase golden)
    {
        var lengths = Lengths();
        foreach (var sample in golden.OutputJson("sample").EnumerateArray())
        {
            var (length, frames) = (lengths[sample.GetProperty("video_id").GetString()!], sample.GetProperty("frames_video").GetInt32());
            var expected = Numbers(sample, "seeks");

            // The reference stops at the first frame that it cannot read, so it may have sought fewer.
            Assert.Equal(expected, PrecedingFrameSampler.Seeks(length, frames).Take(expected.Length));
            Assert.Equal(expected.Select(seek => Math.Max(seek, 0)), new PrecedingFrameSampler(frames).Select(length).Take(expected.Length));
        }

        foreach (var middle in golden.OutputJson("middle").EnumerateArray())
        {
            var id = middle.GetProperty("video_id").GetString()!;
            var seeks = Numbers(middle, "seeks");
            Assert.Equal(seeks, FrameSamplers.Middle.Select(lengths[id]));
            CheckMiddlePixel(middle, id, seeks[0]);
        }
    }

    private static void CheckMiddlePixel(JsonElement middle, string id, int index)
    {
        if (!middle.GetProperty("corrupted").GetBoolean() && Frames(VideoCase(), id) is { } frames && index < frames.Count)
        {
            Assert.Equal<int>([frames[index].Width, frames[index].Height], Numbers(middle, "size_wh"));
            Assert.Equal(Numbers(middle, "first_pixel_rgb"), Enumerable.Range(0, 3).Select(channel => (int)frames[index].Rgb.Span[2 - channel]));
        }
    }

    private static void CheckDataset(GoldenCase golden)
    {
        var sampler = FrameSamplers.UniformSegments(golden.Config.GetProperty("frames_video").GetInt32());
        var transform = new EvaluationTransform(ImageInput.Clip(golden.Config.GetProperty("image_size").GetInt32()));
        foreach (var video in golden.OutputJson("videos").EnumerateArray())
        {
            var wanted = sampler.Select(video.GetProperty("reported_frame_count").GetInt32());
            var seeks = Numbers(video, "seeks");
            Assert.Equal(seeks, wanted.Take(seeks.Length));
            CheckPixels(golden, video, wanted, transform);
        }
    }

    private static void CheckPixels(GoldenCase golden, JsonElement video, IReadOnlyList<int> wanted, EvaluationTransform transform)
    {
        var id = video.GetProperty("video_id").GetString()!;
        var indices = Numbers(video, "f_idxs");
        var tensor = golden.Output("tensor_" + id.Replace("/", "__", StringComparison.Ordinal));
        var (frames, size) = (Frames(golden, id)!, (int)tensor.Shape[1..].Aggregate(1L, (product, side) => product * side));
        for (var at = 0; at < indices.Length; at++)
        {
            // The reference makes up black frames with index -1; ours are errors or fewer frames.
            if (indices[at] >= 0)
            {
                Assert.Equal(wanted[at], indices[at]);
                var planes = new float[size];
                transform.Apply(frames[indices[at]], new Random(0), planes);
                NumericAssert.Close(tensor.Floats.AsSpan(at * size, size), planes, golden.AbsoluteTolerance, golden.RelativeTolerance, $"{id} frame {at}");
            }
        }
    }

    private static GoldenCase VideoCase() => GoldenSet.Cases.First(
        golden => golden.Group == "data" && golden.Function.Contains(DatasetFunction, StringComparison.Ordinal));

    private static Dictionary<string, int> Lengths() => VideoCase().OutputJson("videos").EnumerateArray().ToDictionary(
        video => video.GetProperty("video_id").GetString()!, video => video.GetProperty("reported_frame_count").GetInt32());

    private static List<RgbFrame>? Frames(GoldenCase golden, string id)
    {
        var name = "frames_" + id.Replace("/", "__", StringComparison.Ordinal);
        if (!golden.HasInput(name))
        {
            return null;
        }

        var array = golden.Input(name);
        var (height, width) = ((int)array.Shape[1], (int)array.Shape[2]);
        return [.. array.UInt8.Chunk(height * width * 3).Select(bytes => new RgbFrame(width, height, bytes))];
    }

    private static int[] Numbers(JsonElement element, string name) => [.. element.GetProperty(name).EnumerateArray().Select(number => number.GetInt32())];
}
