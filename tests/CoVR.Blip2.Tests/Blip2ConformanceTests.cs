using CoVR.Conformance;
using CoVR.Modeling;
using CoVR.TestSupport;

namespace CoVR.Blip2.Tests;

/// <summary>The whole model and each of its parts through the suites that plug-ins derive.</summary>
[Collection("torch")]
public sealed class Blip2ConformanceTests : ComposedEncoderConformance
{
    protected override IReadOnlyList<string> Texts => ["make it blue", "a smaller red square on the left"];

    protected override ComposedModel Create() => SmallBlip2.Create(SmallBlip2.Options());
}

[Collection("torch")]
public sealed class Blip2VisionConformanceTests : VisualEncoderConformance
{
    protected override IVisualEncoder Create() => ((Blip2Encoder)SmallBlip2.Create(SmallBlip2.Options()).Encoder).Visual;
}

[Collection("torch")]
public sealed class QFormerConformanceTests : TextEncoderConformance
{
    protected override IReadOnlyList<IReadOnlyList<long>> Texts => [[2, 5, 6, 8, 3], [2, 10, 11, 7, 3]];

    protected override ITextEncoder Create() => ((Blip2Encoder)SmallBlip2.Create(SmallBlip2.Options()).Encoder).Former;
}

[Collection("torch")]
public sealed class QFormerFusionConformanceTests : FusionModuleConformance
{
    protected override int VisualWidth => SmallBlip2.Architecture.Vision.Width;

    protected override int Dimensions => SmallBlip2.Architecture.Dimensions;

    protected override IReadOnlyList<IReadOnlyList<long>> Texts => [[2, 5, 6, 8, 3], [2, 10, 11, 7, 3]];

    protected override IFusionModule Create() => new EncoderFusion(SmallBlip2.Create(SmallBlip2.Options()).Encoder);
}
