using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>What a reader of a figure must know beside it.</summary>
internal static class RunNotes
{
    /// <summary>What the ranking knows that no gallery in use could know.</summary>
    public static IReadOnlyList<string> Leaks(EvaluationPlan plan, QueryKind kind, EvaluationGallery gallery) => PoolsByAnswers(plan, kind, gallery)
        ? [.. plan.Rules.Leaks, "The frames of each candidate were weighed by the text of the question that it answers: the gallery has seen the questions."]
        : plan.Rules.Leaks;

    /// <summary>Where the run departs from the preset.</summary>
    public static IEnumerable<string> Deviations(EvaluationPlan plan, QueryKind kind, EvaluationGallery gallery, TripletDataset dataset)
    {
        var isBgr = Fingerprints.IsBgr(plan.Fingerprint);
        if (plan.Fingerprint.IsAssumed)
        {
            if (!plan.Rules.SwapsVideoChannels && gallery.MostFrames > 1)
            {
                yield return "The embeddings do not say what made them: in those of the Python reference red and blue of video frames are exchanged, and references are read in RGB.";
            }
        }
        else if (isBgr != plan.Rules.SwapsVideoChannels && (isBgr || gallery.MostFrames > 1))
        {
            yield return isBgr
                ? "Video frames of the gallery were embedded with red and blue exchanged; references are read in RGB."
                : "Video frames of the gallery were embedded in RGB; the reference embeds them with red and blue exchanged.";
        }

        if (plan.Variant.Similarity is { } similarity)
        {
            yield return $"Compared by {similarity.Name} instead of the protocol's {plan.Protocol.Similarity.Name}.";
        }

        if (!PoolsByAnswers(plan, kind, gallery))
        {
            yield break;
        }

        var shared = dataset.Triplets.Where(triplet => triplet.Target is not null).GroupBy(triplet => triplet.Target).Count(group => group.Count() > 1);
        if (shared > 0 && !plan.Rules.ColumnForEachRow)
        {
            yield return $"{(shared == 1 ? "A target answers several queries and was" : $"{shared} targets answer several queries and were")} weighed by the text of the first; the reference holds such a target once for each query.";
        }

        if (gallery.Unweighted > 0)
        {
            yield return $"{gallery.Unweighted} candidates have no score for each of their frames: all their frames count the same.";
        }

        if (plan.Rules.MostFrames is { } most && gallery.MostFrames > most)
        {
            yield return $"Candidates have up to {gallery.MostFrames} frames, of which {most} were drawn, seeded by identity; the reference's test draws others each time.";
        }
    }

    private static bool PoolsByAnswers(EvaluationPlan plan, QueryKind kind, EvaluationGallery gallery) => plan.WeighsByAnswers(kind) && gallery.MostFrames > 1;
}
