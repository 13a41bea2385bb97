using CoVR.Media.Images;
using CoVR.Media.Transforms;
using CoVR.Modeling;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>Decoding, resizing and the evaluation transform.</summary>
public sealed class ImageTransformParity : IParityCheck
{
    private const string OpenAndTransform = "PIL Image.open().convert('RGB')";
    private const string Resize = "PIL Image.resize(";

    public bool Handles(GoldenCase golden) =>
        golden.Group == "transforms"
        && (golden.Function.StartsWith(OpenAndTransform, StringComparison.Ordinal) || golden.Function.StartsWith(Resize, StringComparison.Ordinal));

    public void Check(GoldenCase golden)
    {
        if (golden.HasInput("image"))
        {
            CheckFile(golden);
        }
        else
        {
            var frame = FrameParity.Read(golden.Input("rgb"));
            CheckSize(golden, frame, golden.Config.GetProperty("image_size").GetInt32(), "resized", "tensor");
        }
    }

    private static void CheckFile(GoldenCase golden)
    {
        var path = golden.InputPath("image");
        var frame = new SkiaImageDecoder().Decode(File.ReadAllBytes(path), path);
        FrameParity.Close(golden, "rgb", frame);
        foreach (var size in golden.Config.GetProperty("image_sizes").EnumerateArray().Select(size => size.GetInt32()))
        {
            CheckSize(golden, frame, size, $"resized_{size}", $"tensor_{size}");
        }
    }

    private static void CheckSize(GoldenCase golden, RgbFrame frame, int size, string resized, string tensor)
    {
        FrameParity.Close(golden, resized, PillowResizer.Resize(frame, size, size));
        var planes = new float[3 * size * size];
        new EvaluationTransform(ImageInput.Clip(size)).Apply(frame, new Random(0), planes);
        NumericAssert.Close(golden.Output(tensor).Floats, planes, golden.AbsoluteTolerance, golden.RelativeTolerance, $"{golden.Id} {tensor}");
    }
}
