using CoVR.Data;
using CoVR.DependencyInjection;
using CoVR.Evaluation;

namespace CoVR.Tests.Evaluation;

/// <summary>Makes results without a model.</summary>
internal static class Results
{
    public static ProtocolFingerprint Fingerprint { get; } = new()
    {
        Dataset = "corners test",
        DataSha256 = new string('a', 64),
        Protocol = "recall",
        Preset = "honest",
        Query = "composed",
        QueryFrames = "middle",
        Gallery = "the candidates of the data set",
        SelfMatch = "left out",
        Pooling = "mean",
        Similarity = "mean-pooled dot product",
        Ties = "by identity",
        ColourOrder = "rgb",
        TextLimit = 64,
        Model = "colours",
        WeightsSha256 = new string('b', 64),
        Preprocessing = "2 px, 1 frame",
        CodeVersion = "1.0.0",
    };

    public static EvaluationResult Of(TripletDataset dataset, RetrievalReport report, IReadOnlyList<IReadOnlyList<SearchHit>>? rankings = null) => new()
    {
        Variant = EvaluationVariant.LeakFree,
        Protocol = new RecallProtocol(),
        Query = QueryKind.Composed,
        Dataset = dataset,
        Report = report,
        Intervals = new Bootstrap().Intervals(dataset.Triplets, report),
        Bootstrap = new Bootstrap(),
        Rankings = rankings ?? [.. dataset.Triplets.Select(_ => Array.Empty<SearchHit>())],
        Fingerprint = Fingerprint,
        Coverage = new EvaluationResult.EvaluationCoverage(dataset.Triplets.Count, dataset.Triplets.Count, 0, 0, dataset.Candidates.Count, dataset.Candidates.Count, []),
        Leaks = [],
        Deviations = [],
    };
}
