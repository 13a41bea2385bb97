using CoVR.Conformance;
using CoVR.Data;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;

namespace CoVR.Datasets.Tests.Layouts;

public sealed class WebVidCoVRProtocolConformanceTests : MadeProtocolConformance
{
    protected override IRetrievalProtocol Create() => new WebVidCoVRProtocol();
}

public sealed class CirrProtocolConformanceTests : MadeProtocolConformance
{
    protected override IRetrievalProtocol Create() => new CirrProtocol();
}

public sealed class FashionIQProtocolConformanceTests : MadeProtocolConformance
{
    protected override IRetrievalProtocol Create() => new FashionIQProtocol("dress");
}

public sealed class CircoProtocolConformanceTests : MadeProtocolConformance
{
    protected override IRetrievalProtocol Create() => new CircoProtocol();
}

/// <summary>Four queries about twelve pictures, with all that any of the protocols asks for; one query looks for its own reference.</summary>
public abstract class MadeProtocolConformance : RetrievalProtocolConformance
{
    protected override TripletDataset Dataset { get; } = new("made", DatasetSplit.Validation, [.. Enumerable.Range(0, 4).Select(Query)], [.. Enumerable.Range(0, 12).Select(Id)]);

    private static Triplet Query(int i) => new($"{i}", Id(i == 3 ? 5 : i), "make it red", Id(i + 2))
    {
        Answers = new Dictionary<MediaId, double> { [Id(i + 2)] = 1, [Id(i + 6)] = 0.5 },
        Subset = [Id(i), Id(i + 1), Id(i + 2), Id(i + 3)],
    };

    private static MediaId Id(int i) => new($"{i:D12}");
}
