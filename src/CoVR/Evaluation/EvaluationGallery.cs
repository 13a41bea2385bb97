using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>The candidates of a data set in an index, pooled and ordered by the rules of a plan.</summary>
internal sealed class EvaluationGallery
{
    private EvaluationGallery(ExactIndex index) => Index = index;

    public ExactIndex Index { get; }

    /// <summary>Candidates that are not in the store.</summary>
    public List<MediaId> Missing { get; } = [];

    /// <summary>Candidates of several frames whose frame scores do not fit: all frames count the same.</summary>
    public int Unweighted { get; private set; }

    /// <summary>The most frames of a candidate.</summary>
    public int MostFrames { get; private set; } = 1;

    /// <summary>The places of candidates in the order in which equal scores are ranked.</summary>
    public Dictionary<MediaId, int> Order { get; } = [];

    /// <summary>Reads one gallery for each different need of the plans.</summary>
    public static async Task<Dictionary<EvaluationPlan.GalleryKey, EvaluationGallery>> ReadAsync(
        IReadOnlyList<EvaluationPlan> plans, IReadOnlyList<QueryKind> kinds, TripletDataset dataset, CaptionTable captions, EvaluationOptions options, CancellationToken cancellationToken)
    {
        var galleries = new Dictionary<EvaluationPlan.GalleryKey, EvaluationGallery>();
        foreach (var (plan, kind) in plans.SelectMany(plan => kinds.Select(kind => (plan, kind))))
        {
            var key = plan.KeyFor(kind);
            if (!galleries.ContainsKey(key))
            {
                galleries[key] = await ReadAsync(plan, kind, dataset, captions, options, cancellationToken).ConfigureAwait(false);
            }
        }

        return galleries;
    }

    private static async Task<EvaluationGallery> ReadAsync(
        EvaluationPlan plan, QueryKind kind, TripletDataset dataset, CaptionTable captions, EvaluationOptions options, CancellationToken cancellationToken)
    {
        var gallery = new EvaluationGallery(new ExactIndex(plan.Similarity));
        var scores = plan.Rules.Pooling == CandidatePooling.AnswerText ? ScoresOfAnswers(dataset) : [];
        foreach (var id in Ordered(dataset.Candidates, plan.Rules.Ties))
        {
            if (await plan.Store.ReadAsync(id, cancellationToken).ConfigureAwait(false) is { } item)
            {
                gallery.Add(id, captions.Mix(id, gallery.Pool(plan, item, scores.GetValueOrDefault(id)), kind.CaptionShare));
            }
            else
            {
                gallery.Missing.Add(id);
            }
        }

        return gallery.Missing.Count == 0 || options.AllowMissingCandidates ? gallery : throw new InvalidOperationException(
            $"{gallery.Missing.Count} of {dataset.Candidates.Count} candidates of {dataset.Name} are not in the embedding store, for example {string.Join(", ", gallery.Missing.Take(5))}. Embed them first.");
    }

    private static IEnumerable<MediaId> Ordered(IReadOnlyList<MediaId> candidates, TieOrder ties) => ties switch
    {
        TieOrder.Identity => candidates.OrderBy(id => id.Value, StringComparer.Ordinal),
        TieOrder.ReverseGalleryOrder => candidates.Reverse(),
        _ => candidates,
    };

    private static Dictionary<MediaId, IReadOnlyList<float>> ScoresOfAnswers(TripletDataset dataset)
    {
        var scores = new Dictionary<MediaId, IReadOnlyList<float>>();
        foreach (var triplet in dataset.Triplets)
        {
            if (triplet is { Target: { } target, FrameScores: { } frames })
            {
                scores.TryAdd(target, frames);
            }
        }

        return scores;
    }

    private void Add(MediaId id, EmbeddingSet item)
    {
        Order[id] = Index.Count;
        Index.Add(id, item);
    }

    private EmbeddingSet Pool(EvaluationPlan plan, EmbeddingSet item, IReadOnlyList<float>? scores)
    {
        MostFrames = Math.Max(MostFrames, item.Frames);
        if (!plan.Similarity.PoolsFrames)
        {
            Unweighted += plan.Pooling is null && item.Frames > 1 && scores?.Count != item.Frames ? 1 : 0;
            item = (plan.Pooling ?? new ScoreWeightedFramePooling(scores)).Pool(item);
        }

        return plan.Rules.NormalizesCandidates ? EmbeddingShapes.UnitRows(item) : item;
    }
}
