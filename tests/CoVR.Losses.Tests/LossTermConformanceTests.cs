using CoVR.Conformance;

namespace CoVR.Losses.Tests;

[Collection("torch")]
public sealed class QueryToTargetTermConformanceTests : LossTermConformance
{
    protected override ILossTerm Create() => new QueryToTargetTerm(new HardNegativeNceLoss());
}

[Collection("torch")]
public sealed class QueryToCaptionTermConformanceTests : LossTermConformance
{
    protected override ILossTerm Create() => new QueryToCaptionTerm(new CrossEntropyContrastiveLoss());
}
