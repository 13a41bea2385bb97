using CoVR.Modeling.Layers;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = TorchSharp.Modules.LayerNorm;
using Linear = CoVR.Modeling.Layers.Linear;

namespace CoVR.Reranking.Scoring;

/// <summary>Scores a candidate's visual tokens against a query: the model's multimodal tokens of reference and text, and the reference's visual tokens.</summary>
/// <remarks>Safe for concurrent use without gradients.</remarks>
internal sealed class PairScorer : nn.Module
{
    [ComponentName(Name = "query_projection")]
    private readonly Linear _queryProjection;

    [ComponentName(Name = "visual_projection")]
    private readonly Linear _visualProjection;

    // What a token is: of the query, of the reference, of a candidate; and the token that is read out.
    [ComponentName(Name = "kinds")]
    private readonly Parameter _kinds;

    [ComponentName(Name = "query_layers")]
    private readonly ModuleList<PairLayer> _queryLayers;

    [ComponentName(Name = "query_norm")]
    private readonly LayerNorm _queryNorm;

    [ComponentName(Name = "layers")]
    private readonly ModuleList<PairLayer> _layers;

    [ComponentName(Name = "norm")]
    private readonly LayerNorm _norm;

    [ComponentName(Name = "score")]
    private readonly Linear _score;

    /// <summary>Allocates a scorer, whose values are unset until <see cref="Initialize"/> or a file sets them.</summary>
    public PairScorer(PairScorerSizes sizes)
        : base(nameof(PairScorer))
    {
        (_queryProjection, _visualProjection) = (new Linear(sizes.QueryWidth, sizes.Width), new Linear(sizes.VisualWidth, sizes.Width));
        _kinds = new Parameter(empty(4, sizes.Width));
        _queryLayers = new ModuleList<PairLayer>([.. Enumerable.Range(0, PairScorerSizes.QueryLayers).Select(_ => new PairLayer(sizes, looksAtQuery: false))]);
        _layers = new ModuleList<PairLayer>([.. Enumerable.Range(0, sizes.Layers).Select(_ => new PairLayer(sizes, looksAtQuery: true))]);
        (_queryNorm, _norm, _score) = (nn.LayerNorm(sizes.Width), nn.LayerNorm(sizes.Width), new Linear(sizes.Width, 1));
        RegisterComponents();
    }

    /// <summary>Draws fresh weights.</summary>
    public void Initialize(WeightInitializer initializer)
    {
        initializer.Normal(_kinds, 0.02);
        foreach (var linear in modules().OfType<Linear>())
        {
            initializer.PyTorchDefault(linear);
        }
    }

    /// <summary>Scores the candidates of queries.</summary>
    /// <param name="query">[B, M, W] multimodal tokens.</param>
    /// <param name="queryMask">[B, M] int64, 1 for tokens; null if nothing is padded.</param>
    /// <param name="reference">[B, N, C] visual tokens.</param>
    /// <param name="candidates">[B, K, N, C] visual tokens.</param>
    /// <returns>[B, K]; the caller's dispose scope owns it.</returns>
    public Tensor Score(Tensor query, Tensor? queryMask, Tensor reference, Tensor candidates)
    {
        using var scope = NewDisposeScope();
        var memory = cat([_queryProjection.call(query) + _kinds[0], _visualProjection.call(reference) + _kinds[1]], 1);
        var mask = queryMask is null ? null : cat([queryMask == 1, ones(reference.shape[0], reference.shape[1], dtype: ScalarType.Bool, device: reference.device)], 1).unsqueeze(1).unsqueeze(1);
        foreach (var layer in _queryLayers)
        {
            memory = layer.Apply(memory, mask);
        }

        memory = _queryNorm.call(memory);
        var (rows, count) = (candidates.shape[0], candidates.shape[1]);
        var tokens = _visualProjection.call(candidates.flatten(0, 1)) + _kinds[2];
        tokens = cat([_kinds[3].expand(rows * count, 1, -1), tokens], 1);
        foreach (var layer in _layers)
        {
            tokens = layer.Apply(tokens, null, memory, mask);
        }

        return _score.call(_norm.call(tokens.select(1, 0))).reshape(rows, count).MoveToOuterDisposeScope();
    }
}
