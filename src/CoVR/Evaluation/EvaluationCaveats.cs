namespace CoVR.Evaluation;

/// <summary>What a reader needs to know about a figure.</summary>
internal static class EvaluationCaveats
{
    /// <summary>What the ranking uses that a real gallery could not know.</summary>
    public static IReadOnlyList<string> Leaks(EvaluationPlan plan, QueryKind kind, EvaluationGallery gallery) =>
        gallery.MostFrames > 1 && plan.PoolingFor(kind) is { } pooling ? [.. plan.Rules.Leaks, .. pooling.Leaks] : plan.Rules.Leaks;

    /// <summary>Where the run deviates from the preset.</summary>
    public static IEnumerable<string> Deviations(EvaluationPlan plan, QueryKind kind, EvaluationGallery gallery)
    {
        if (Colours(plan, gallery) is { } colours)
        {
            yield return colours;
        }

        if (plan.Variant.Similarity is { } similarity)
        {
            yield return $"Compared by {similarity.Name} instead of the protocol's {plan.Protocol.Similarity.Name}.";
        }

        foreach (var deviation in gallery.MostFrames > 1 ? plan.PoolingFor(kind)?.Deviations(gallery.Candidates) ?? [] : [])
        {
            yield return deviation;
        }
    }

    private static string? Colours(EvaluationPlan plan, EvaluationGallery gallery)
    {
        var (stored, hasVideos, expectsRgb) = (Fingerprints.ColourOrder(plan.Fingerprint), gallery.MostFrames > 1, plan.Rules.ColourOrder == Fingerprints.Rgb);
        return stored switch
        {
            Fingerprints.Unknown => expectsRgb && hasVideos
                ? "The embeddings do not record how they were made: the Python reference swaps red and blue in video frames, while query references are read in RGB."
                : null,
            Fingerprints.Rgb => !expectsRgb && hasVideos
                ? "Video frames of the gallery were embedded in RGB; the reference embeds them with red and blue swapped."
                : null,
            _ => expectsRgb ? "Video frames of the gallery were embedded with red and blue swapped; query references are read in RGB." : null,
        };
    }
}
