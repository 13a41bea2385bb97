using System.Text.Json;
using CoVR.Media.Images;
using CoVR.Media.Transforms;
using CoVR.Modeling;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>The training transform with the draws that the case records.</summary>
public sealed class TrainingTransformParity : IParityCheck
{
    public bool Handles(GoldenCase golden) =>
        golden.Group == "transforms" && golden.Function.Contains("transform_train", StringComparison.Ordinal);

    public void Check(GoldenCase golden)
    {
        var frame = FrameParity.Read(golden.Input("rgb"));
        var size = golden.Config.GetProperty("image_size").GetInt32();
        var transform = new TrainingTransform(ImageInput.Clip(size));
        var plan = Plan(golden.Config);

        var pixels = new byte[size * size * 3];
        transform.CropAndFlip(frame, plan, pixels);
        FrameParity.Close(golden, "cropped_resized_flipped", new RgbFrame(size, size, pixels));
        foreach (var step in plan.Steps)
        {
            var result = new byte[pixels.Length];
            step.Apply(pixels, size, size, result);
            pixels = result;
        }

        FrameParity.Close(golden, "augmented", new RgbFrame(size, size, pixels));
        var planes = new float[pixels.Length];
        transform.Apply(frame, plan, planes);
        NumericAssert.Close(golden.Output("tensor").Floats, planes, golden.AbsoluteTolerance, golden.RelativeTolerance, $"{golden.Id} tensor");
    }

    private static TrainingPlan Plan(JsonElement config)
    {
        var crop = config.GetProperty("crop");
        var box = new PixelBox(Number(crop, "j"), Number(crop, "i"), Number(crop, "w"), Number(crop, "h"));
        var steps = config.GetProperty("ops").EnumerateArray().Select(step => new AugmentStep(
            Enum.Parse<AugmentOperation>(step.GetProperty("op").GetString()!),
            step.GetProperty("level").GetDouble(),
            step.GetProperty("random_draw").GetDouble()));
        return new TrainingPlan(box, config.GetProperty("hflip").GetBoolean(), [.. steps]);
    }

    private static int Number(JsonElement element, string name) => element.GetProperty(name).GetInt32();
}
