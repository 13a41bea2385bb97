using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Fusion;

/// <summary>
/// <see cref="QueryFusion.Late"/>: two layers over both embeddings, added to a mixture of the two whose share is computed from them.
/// Keys: <c>combiner_layer.*</c> [H, 2 D], <c>output_layer.*</c> [D, H], <c>dynamic_scalar.first.*</c> [H, 2 D], <c>dynamic_scalar.second.*</c> [1, H].
/// </summary>
/// <remarks>
/// The combiner of Baldrati et al. 2022 (CVPR workshops, "Conditioned and composed image retrieval combining and partially
/// fine-tuning CLIP-based features") as <c>TestWebVidCoVRLateFusion</c> of <c>src/test/blip2/webvid_covr_exp.py</c> applies it,
/// without projections before it. The reference gives neither its sizes nor its training: H = 4 D and no dropout are ours.
/// </remarks>
internal sealed class LateFusion : nn.Module, IFusionModule
{
    private readonly EmbeddingPair _embeddings;

    [ComponentName(Name = "combiner_layer")]
    private readonly Linear _combiner;

    [ComponentName(Name = "output_layer")]
    private readonly Linear _output;

    [ComponentName(Name = "dynamic_scalar")]
    private readonly ShareOfText _share;

    /// <summary>Allocates the head.</summary>
    public LateFusion(EmbeddingPair embeddings, int dimensions, Device? device)
        : base(nameof(LateFusion))
    {
        var hidden = 4 * dimensions;
        _embeddings = embeddings;
        _combiner = new Linear(2 * dimensions, hidden, device: device);
        _output = new Linear(hidden, dimensions, device: device);
        _share = new ShareOfText(dimensions, hidden, device);
        RegisterComponents();
    }

    /// <inheritdoc/>
    public Tensor Fuse(Tensor? visualTokens, TokenBatch? text) => _embeddings.Fuse(visualTokens, text, Combine);

    /// <summary>Sets fresh weights: PyTorch's default of linear layers.</summary>
    public void Initialize(WeightInitializer initializer)
    {
        foreach (var layer in modules().OfType<Linear>())
        {
            initializer.PyTorchDefault(layer);
        }
    }

    private Tensor Combine(Tensor picture, Tensor caption)
    {
        using var scope = NewDisposeScope();
        var both = cat([caption, picture], -1);
        var mixture = picture.lerp(caption, _share.call(both));
        return _output.call(_combiner.call(both).relu()).add(mixture).MoveToOuterDisposeScope();
    }

    private sealed class ShareOfText : nn.Module<Tensor, Tensor>
    {
        [ComponentName(Name = "first")]
        private readonly Linear _first;

        [ComponentName(Name = "second")]
        private readonly Linear _second;

        public ShareOfText(int dimensions, int hidden, Device? device)
            : base(nameof(ShareOfText))
        {
            _first = new Linear(2 * dimensions, hidden, device: device);
            _second = new Linear(hidden, 1, device: device);
            RegisterComponents();
        }

        /// <summary>[B, 2 D] to [B, 1] in (0, 1).</summary>
        public override Tensor forward(Tensor input)
        {
            using var scope = NewDisposeScope();
            return _second.call(_first.call(input).relu()).sigmoid().MoveToOuterDisposeScope();
        }
    }
}
