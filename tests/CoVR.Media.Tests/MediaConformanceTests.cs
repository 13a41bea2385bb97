using CoVR.Conformance;
using CoVR.Media.Images;
using CoVR.Media.Sampling;
using CoVR.Media.Transforms;
using CoVR.Modeling;

namespace CoVR.Media.Tests;

public sealed class SkiaImageDecoderConformanceTests : ImageDecoderConformance
{
    protected override (byte[] File, RgbFrame Picture) Sample { get; } = Png();

    protected override IImageDecoder Create() => new SkiaImageDecoder();

    private static (byte[] File, RgbFrame Picture) Png()
    {
        using var folder = new CoVR.TestSupport.TemporaryFolder();
        var picture = Pictures.Gradient(31, 17);
        MediaWriter.WritePng(folder["a.png"], picture);
        return (File.ReadAllBytes(folder["a.png"]), picture);
    }
}

public sealed class MiddleFrameSamplerConformanceTests : FrameSamplerConformance
{
    protected override IFrameSampler Create() => FrameSamplers.Middle;
}

public sealed class UniformSegmentSamplerConformanceTests : FrameSamplerConformance
{
    protected override IFrameSampler Create() => FrameSamplers.UniformSegments(15);
}

public sealed class PrecedingFrameSamplerConformanceTests : FrameSamplerConformance
{
    protected override IFrameSampler Create() => new PrecedingFrameSampler(15);
}

public sealed class RandomFrameSamplerConformanceTests : FrameSamplerConformance
{
    protected override IFrameSampler Create() => FrameSamplers.Random(3);
}

public sealed class EvaluationTransformConformanceTests : ImageTransformConformance
{
    protected override IImageTransform Create() => new EvaluationTransform(ImageInput.Clip(24));
}

public sealed class TrainingTransformConformanceTests : ImageTransformConformance
{
    protected override IImageTransform Create() => new TrainingTransform(ImageInput.Clip(24));
}
