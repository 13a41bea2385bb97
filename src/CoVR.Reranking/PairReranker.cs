using CoVR.Modeling;
using CoVR.Reranking.Scoring;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Reranking;

/// <summary>Reranks by a trained <see cref="PairScorer"/>: queries of one picture or video and one text.</summary>
internal sealed class PairReranker : IReranker, IDisposable
{
    // The cosine similarities of a first pass lie close together; this is the usual temperature.
    internal const float Temperature = 0.07f;

    private readonly VisualTokens _visual;
    private readonly RerankerCard _card;
    private readonly PairScorer _scorer;

    public PairReranker(string folder, ComposedModel model, IFrameReader reader, IImageTransform transform)
    {
        _visual = new VisualTokens(model, reader, transform);
        (_card, _scorer) = RerankerCard.Load(folder, model.Description);
        _scorer.to(model.Device);
    }

    public string Name => "pair scorer";

    public string Fingerprint => $"pair-scorer {_card.WeightsSha256}";

    public float? ConfidentMargin => _card.ConfidentMargin;

    public async ValueTask<IReadOnlyList<(float Score, CoVRException? Fault)>> ScoreAsync(
        ComposedQuery query, IReadOnlyList<(SearchHit Hit, MediaSource? Media)> candidates, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(query);
        ArgumentNullException.ThrowIfNull(candidates);
        if (PairOf(query) is not var (reference, text) || candidates.Count == 0)
        {
            return [];
        }

        var pictures = new float[candidates.Count + 1][];
        var scores = new (float Score, CoVRException? Fault)[candidates.Count];
        pictures[0] = await _visual.ReadAsync(reference, cancellationToken).ConfigureAwait(false);
        await Parallel.ForAsync(0, candidates.Count, cancellationToken, async (i, cancel) =>
        {
            try
            {
                var media = candidates[i].Media ?? throw new MediaReadException(candidates[i].Hit.Id.Value, MediaFailure.NotFound, "the gallery does not say where its file is.");
                pictures[i + 1] = await _visual.ReadAsync(media, cancel).ConfigureAwait(false);
            }
            catch (MediaReadException fault)
            {
                scores[i].Fault = fault;
            }
        }).ConfigureAwait(false);

        int[] readable = [.. Enumerable.Range(0, candidates.Count).Where(i => scores[i].Fault is null)];
        if (readable.Length > 0)
        {
            var logits = await Task.Run(() => Score(text, [pictures[0], .. readable.Select(i => pictures[i + 1])]), cancellationToken).ConfigureAwait(false);
            foreach (var (i, logit) in readable.Zip(logits))
            {
                scores[i].Score = logit + (_card.FirstPassWeight * candidates[i].Hit.Score / Temperature);
            }
        }

        return scores;
    }

    public void Dispose() => _scorer.Dispose();

    private static (MediaSource Reference, string Text)? PairOf(ComposedQuery query) =>
        query is { Previous: null, Parts.Count: 2, Reference: { } reference, Modification: { } text } && query.Parts.All(part => part is { Role: QueryRole.Wanted, Weight: 1 })
            ? (reference, text)
            : null;

    private float[] Score(string text, float[][] pictures)
    {
        using var use = _visual.Model.Borrow();
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var tokens = _visual.Encode(pictures);
        var reference = tokens.narrow(0, 0, 1);
        var (query, mask) = _visual.Model.Encoder.EncodePair(reference, _visual.Model.TokenizeForEvaluation([text]));
        return _scorer.Score(query.to(ScalarType.Float32), mask, reference, tokens.narrow(0, 1, pictures.Length - 1).unsqueeze(0)).cpu().data<float>().ToArray();
    }
}
