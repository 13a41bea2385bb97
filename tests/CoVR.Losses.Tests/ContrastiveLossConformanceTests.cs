using CoVR.Conformance;

namespace CoVR.Losses.Tests;

[Collection("torch")]
public sealed class HardNegativeNceLossConformanceTests : ContrastiveLossConformance
{
    protected override IContrastiveLoss Create() => new HardNegativeNceLoss();
}

[Collection("torch")]
public sealed class CrossEntropyContrastiveLossConformanceTests : ContrastiveLossConformance
{
    protected override IContrastiveLoss Create() => new CrossEntropyContrastiveLoss();
}
