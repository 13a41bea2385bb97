using System.Reflection;

namespace CoVR.Evaluation;

/// <summary>States what defines a result.</summary>
internal static class Fingerprints
{
    public const string Rgb = "rgb";
    public const string Bgr = "bgr";
    public const string Unknown = "unknown";

    private static readonly string Version =
        typeof(Fingerprints).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "unknown";

    public static ProtocolFingerprint Of(EvaluationPlan plan, QueryKind kind, EvaluationRun run, string dataSha256)
    {
        var embedded = plan.Fingerprint;
        return new ProtocolFingerprint
        {
            Dataset = $"{run.Dataset.Name} {run.Dataset.Split.ToString().ToLowerInvariant()}",
            DataSha256 = dataSha256,
            Protocol = plan.Protocol.Name,
            Preset = plan.Variant.Preset,
            Query = kind.Name,
            QueryFrames = run.Pipeline.QuerySampler.Name,
            Gallery = plan.Rules.Gallery,
            SelfMatch = plan.Rules.SelfMatch,
            Pooling = plan.PoolingName(kind),
            Similarity = plan.Similarity.Name,
            Ties = plan.Rules.TieBreaker?.Name ?? "by identity",
            ColourOrder = ColourOrder(embedded),
            TextLimit = run.Pipeline.Model.Description.Text.EvaluationLimit,
            Model = embedded.Model,
            WeightsSha256 = embedded.WeightsSha256,
            Preprocessing = embedded.Preprocessing,
            CodeVersion = Version,
        };
    }

    /// <summary>The channel order in which the video frames of a gallery were embedded.</summary>
    public static string ColourOrder(EmbeddingFingerprint fingerprint) => fingerprint.IsAssumed ? Unknown
        : fingerprint.Preprocessing.Split(' ').Contains(Bgr, StringComparer.OrdinalIgnoreCase) ? Bgr
        : Rgb;
}
