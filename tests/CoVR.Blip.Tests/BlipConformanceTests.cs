using CoVR.Conformance;
using CoVR.Modeling;

namespace CoVR.Blip.Tests;

[Collection("torch")]
public sealed class BlipConformanceTests : ComposedEncoderConformance
{
    protected override IReadOnlyList<string> Texts => ["make it blue", "a smaller red square on the left"];

    protected override ComposedModel Create() => BlipModel.Create(SmallBlip.Options());
}
