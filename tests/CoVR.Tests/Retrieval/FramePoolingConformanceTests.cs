using CoVR.Conformance;
using CoVR.Retrieval;

namespace CoVR.Tests.Retrieval;

public sealed class MeanFramePoolingConformanceTests : FramePoolingConformance
{
    protected override IFramePooling Create() => FramePoolings.Mean;
}

public sealed class MiddleFramePoolingConformanceTests : FramePoolingConformance
{
    protected override IFramePooling Create() => FramePoolings.Middle;
}

public sealed class ScoreWeightedFramePoolingConformanceTests : FramePoolingConformance
{
    protected override IFramePooling Create() => FramePoolings.ByScores([0.3f, 0.1f, 0.2f, 0.5f]);
}
