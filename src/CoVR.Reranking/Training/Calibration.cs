using CoVR.Modeling;
using CoVR.Reranking.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Reranking.Training;

/// <summary>Chooses on validation queries how much the first pass counts, and from which margin on it is sure.</summary>
internal sealed class Calibration
{
    private const double Tolerance = 0.005;
    private static readonly float[] Weights = [0, 0.125f, 0.25f, 0.5f, 1, 2, 4];
    private readonly List<Query> _queries = [];

    /// <summary>The hits of a query by descending similarity, with the scorer's logits; where the answer stands, or -1 if it is not among them.</summary>
    private sealed record Query(float[] Scores, float[] Logits, int Answer)
    {
        public float Margin => Scores[0] - Scores[1];

        public bool IsFirst(float weight) => Answer >= 0 && BestOf(weight) == Answer;

        // The negative logarithm of the answer's share.
        public double Loss(float weight)
        {
            var combined = Combined(weight);
            var high = combined.Max();
            return high + Math.Log(combined.Sum(value => Math.Exp(value - high))) - combined[Answer];
        }

        private int BestOf(float weight)
        {
            var combined = Combined(weight);
            return Array.IndexOf(combined, combined.Max());
        }

        private double[] Combined(float weight) => [.. Scores.Zip(Logits, (score, logit) => logit + ((double)weight * score / PairReranker.Temperature))];
    }

    public int Queries => _queries.Count;

    public float Weight { get; private set; }

    public float? Margin { get; private set; }

    public double SavedCalls => Margin is { } margin ? _queries.Average(query => query.Margin >= margin ? 1.0 : 0) : 0;

    public double FirstPassRecall => 100 * _queries.Average(query => query.Answer == 0 ? 1.0 : 0);

    public double RerankedRecall => 100 * _queries.Average(query => query.IsFirst(Weight) ? 1.0 : 0);

    /// <summary>Scores the first hits of validation queries.</summary>
    public static Calibration Of(ComposedModel model, PairScorer scorer, FirstPass pass, int hits)
    {
        var calibration = new Calibration();
        using var use = model.Borrow();
        using var quiet = no_grad();
        for (var i = 0; i < pass.Triplets.Count; i++)
        {
            using var scope = NewDisposeScope();
            var (rows, wrong, answer) = (pass.Negatives[i].data<long>().ToArray(), pass.NegativeScores[i].data<float>().ToArray(), pass.AnswerScores[i].item<float>());
            var place = wrong.Count(score => score > answer);
            long[] shown = [.. rows[..place], pass.RowOf(pass.Triplets[i].Target!.Value), .. rows[place..]];
            float[] scores = [.. wrong[..place], answer, .. wrong[place..]];
            var count = Math.Min(hits, shown.Length);
            var (query, mask, reference) = pass.Queries([pass.Triplets[i]]);
            var logits = scorer.Score(query, mask, reference, pass.Tokens.index_select(0, tensor(shown[..count])).unsqueeze(0).to(model.Device)).cpu().data<float>().ToArray();
            calibration._queries.Add(new Query(scores[..count], logits, place < count ? place : -1));
        }

        calibration.Choose();
        return calibration;
    }

    private void Choose()
    {
        var answered = _queries.Where(query => query.Answer >= 0).ToArray();
        Weight = answered.Length == 0 ? 1 : Weights.MinBy(weight => answered.Sum(query => query.Loss(weight)));
        var most = RerankedRecall / 100;
        foreach (var margin in _queries.Select(query => query.Margin).Where(margin => margin > 0).OrderDescending())
        {
            if (_queries.Average(query => (query.Margin >= margin ? query.Answer == 0 : query.IsFirst(Weight)) ? 1.0 : 0) < most - Tolerance)
            {
                break;
            }

            Margin = margin;
        }
    }
}
