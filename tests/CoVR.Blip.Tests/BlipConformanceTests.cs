using CoVR.Conformance;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.TestSupport;

namespace CoVR.Blip.Tests;

/// <summary>The whole model and each of its parts through the suites that plug-ins derive.</summary>
[Collection("torch")]
public sealed class BlipConformanceTests : ComposedEncoderConformance
{
    protected override IReadOnlyList<string> Texts => ["make it blue", "a smaller red square on the left"];

    protected override ComposedModel Create() => SmallBlip.Create(SmallBlip.Options());
}

[Collection("torch")]
public sealed class BlipVisionConformanceTests : VisualEncoderConformance
{
    protected override IVisualEncoder Create() => ((BlipEncoder)SmallBlip.Create(SmallBlip.Options()).Encoder).Visual;
}

[Collection("torch")]
public sealed class MedTextEncoderConformanceTests : TextEncoderConformance
{
    protected override IReadOnlyList<IReadOnlyList<long>> Texts => [[2, 5, 6, 8, 3], [2, 10, 11, 7, 3]];

    protected override ITextEncoder Create() => ((BlipEncoder)SmallBlip.Create(SmallBlip.Options()).Encoder).Text;
}

/// <summary>Every fusion of this runtime, with BLIP's encoders below it.</summary>
[Collection("torch")]
public abstract class BlipFusionConformance(QueryFusion fusion) : FusionModuleConformance
{
    protected override int VisualWidth => SmallBlip.Architecture.Vision.Width;

    protected override int Dimensions => SmallBlip.Architecture.Dimensions;

    protected override IReadOnlyList<IReadOnlyList<long>> Texts => [[2, 5, 6, 8, 3], [2, 10, 11, 7, 3]];

    protected override IFusionModule Create()
    {
        var options = SmallBlip.Options();
        options.Fusion = fusion;
        return new EncoderFusion(SmallBlip.Create(options).Encoder);
    }
}

public sealed class CrossAttentionFusionConformanceTests() : BlipFusionConformance(QueryFusion.CrossAttention);

public sealed class AverageFusionConformanceTests() : BlipFusionConformance(QueryFusion.Average);

public sealed class LateFusionConformanceTests() : BlipFusionConformance(QueryFusion.Late);
