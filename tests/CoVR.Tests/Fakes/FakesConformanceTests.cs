using CoVR.Conformance;
using CoVR.Data;
using CoVR.Media;
using CoVR.Modeling;

namespace CoVR.Tests.Fakes;

[Collection("torch")]
public sealed class ColourEncoderTests : ComposedEncoderConformance
{
    protected override IReadOnlyList<string> Texts => ["red", "green blue"];

    protected override ComposedModel Create() => FakePipeline.Model(new ColourEncoder(vectors: 2));
}

public sealed class CornerReaderTests : DatasetReaderConformance
{
    protected override ITripletDatasetReader Create() => new CornerReader();
}

public sealed class MediaFrameReaderConformanceTests : FrameReaderConformance
{
    protected override IFrameReader Create() => new MediaFrameReader();

    protected override (string Path, RgbFrame Picture) WritePicture(string folder)
    {
        var picture = ColourEncoder.Solid(10, 200, 30);
        var path = System.IO.Path.Combine(folder, "picture.png");
        MediaWriter.WritePng(path, picture);
        return (path, picture);
    }
}
