using System.Reflection;
using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>States what defines a result.</summary>
internal static class Fingerprints
{
    private static readonly string Version =
        typeof(Fingerprints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static ProtocolFingerprint Of(EvaluationPlan plan, QueryKind kind, EvaluationRun run, string dataSha256)
    {
        var embedded = plan.Fingerprint;
        return new ProtocolFingerprint
        {
            Dataset = $"{run.Dataset.Name} {Name(run.Dataset.Split)}",
            DataSha256 = dataSha256,
            Protocol = plan.Protocol.Name,
            Preset = Name(plan.Variant.Preset),
            Query = kind.Name,
            QueryFrames = run.Pipeline.QuerySampler.Name,
            Gallery = plan.Rules.Gallery,
            SelfMatch = plan.Rules.SelfMatch,
            Pooling = plan.PoolingName(kind),
            Similarity = plan.Similarity.Name,
            Ties = plan.Rules.Ties switch
            {
                TieOrder.Identity => "by identity",
                TieOrder.GalleryOrder => "earlier in the gallery first",
                TieOrder.NumpyArgsort => "numpy's introsort, reversed",
                TieOrder.RoundedDistance => "single precision distances, torch's introsort",
                _ => "later in the gallery first",
            },
            ColourOrder = embedded.IsAssumed ? "unknown" : IsBgr(embedded) ? "bgr" : "rgb",
            TextLimit = run.Pipeline.Model.Description.Text.EvaluationLimit,
            Model = embedded.Model,
            WeightsSha256 = embedded.WeightsSha256,
            Preprocessing = embedded.Preprocessing,
            CodeVersion = Version,
        };
    }

    /// <summary>Whether video frames of a store were read with red and blue exchanged.</summary>
    public static bool IsBgr(EmbeddingFingerprint fingerprint) => fingerprint.Preprocessing.Split(' ').Contains("bgr", StringComparer.OrdinalIgnoreCase);

    private static string Name<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
