using System.Text.Json;
using CoVR.Media.Transforms;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>Each operation of RandomAugment at several levels and directions.</summary>
public sealed class AugmentationParity : IParityCheck
{
    public bool Handles(GoldenCase golden) =>
        golden.Group == "transforms" && golden.Function.Contains("randaugment.py func_dict['", StringComparison.Ordinal);

    public void Check(GoldenCase golden)
    {
        var operation = Enum.Parse<AugmentOperation>(golden.Function.Split('\'')[1]);
        foreach (var run in golden.OutputJson("runs").EnumerateArray())
        {
            var image = FrameParity.Read(golden.Input("image_" + run.GetProperty("image").GetString()));
            var step = new AugmentStep(operation, run.GetProperty("level").GetDouble(), run.GetProperty("random_draw").GetDouble());
            var result = new byte[image.Rgb.Length];
            step.Apply(image.Rgb.Span, image.Width, image.Height, result);
            FrameParity.Close(golden, run.GetProperty("output").GetString()!, new RgbFrame(image.Width, image.Height, result));
        }
    }
}
