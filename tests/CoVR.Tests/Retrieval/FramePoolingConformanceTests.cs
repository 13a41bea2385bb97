using CoVR.Conformance;
using CoVR.Retrieval;

namespace CoVR.Tests.Retrieval;

public sealed class MeanFramePoolingConformanceTests : FramePoolingConformance
{
    protected override IFramePooling Create() => new MeanFramePooling();
}

public sealed class MiddleFramePoolingConformanceTests : FramePoolingConformance
{
    protected override IFramePooling Create() => new MiddleFramePooling();
}

public sealed class ScoreWeightedFramePoolingConformanceTests : FramePoolingConformance
{
    protected override IFramePooling Create() => new ScoreWeightedFramePooling([0.3f, 0.1f, 0.2f, 0.5f]);
}
