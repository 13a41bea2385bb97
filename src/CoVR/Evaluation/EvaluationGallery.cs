using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>The candidates of a data set in an index, in the order of the data set.</summary>
internal sealed class EvaluationGallery
{
    private EvaluationGallery(ExactIndex index, string pooling, int missing) => (Index, Pooling, Missing) = (index, pooling, missing);

    public ExactIndex Index { get; }

    public string Pooling { get; }

    public int Missing { get; }

    public static async Task<EvaluationGallery> ReadAsync(
        RetrievalPipeline pipeline, TripletDataset dataset, ISimilarity similarity, EvaluationOptions options, CancellationToken cancellationToken)
    {
        var index = new ExactIndex(similarity);
        var scores = options.AnswerConditionedPooling ? ScoresOfAnswers(dataset) : null;
        var missing = new List<MediaId>();
        foreach (var id in dataset.Candidates)
        {
            if (await pipeline.Store.ReadAsync(id, cancellationToken).ConfigureAwait(false) is { } item)
            {
                var pooling = scores is null ? pipeline.Pooling : new ScoreWeightedFramePooling(scores.GetValueOrDefault(id));
                index.Add(id, pooling.Pool(item));
            }
            else
            {
                missing.Add(id);
            }
        }

        if (missing.Count > 0 && !options.AllowMissingCandidates)
        {
            throw new InvalidOperationException(
                $"{missing.Count} of {dataset.Candidates.Count} candidates of {dataset.Name} are not in the embedding store, for example {string.Join(", ", missing.Take(5))}. Embed them first.");
        }

        var name = scores is null ? pipeline.Pooling.ToString() : "answer-conditioned (published protocol)";
        return new EvaluationGallery(index, name ?? pipeline.Pooling.GetType().Name, missing.Count);
    }

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
}
