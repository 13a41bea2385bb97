using CoVR.Modeling.Families;
using CoVR.Modeling.Inference;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = TorchSharp.Modules.LayerNorm;
using Parameter = TorchSharp.Modules.Parameter;

namespace CoVR.Modeling.Layers;

/// <summary>The names that CLIP gives the parts of a <see cref="VisionBlock"/>. Keys: <c>ln_1.*</c>, <c>attn.*</c>, <c>ln_2.*</c>, <c>mlp.*</c>.</summary>
internal sealed class ClipVisionBlock : nn.Module<Tensor, Tensor>
{
    private readonly double _dropPath;

    [ComponentName(Name = "ln_1")]
    private readonly LayerNorm _attentionNorm;

    [ComponentName(Name = "attn")]
    private readonly PackedSelfAttention _attention;

    [ComponentName(Name = "ln_2")]
    private readonly LayerNorm _feedForwardNorm;

    [ComponentName(Name = "mlp")]
    private readonly ClipFeedForward _feedForward;

    public ClipVisionBlock(VisionTransformerOptions options, double dropPath, Device? device)
        : base(nameof(ClipVisionBlock))
    {
        _dropPath = dropPath;
        _attentionNorm = nn.LayerNorm(options.Width, options.NormEpsilon, device: device);
        _attention = new PackedSelfAttention(options, device);
        _feedForwardNorm = nn.LayerNorm(options.Width, options.NormEpsilon, device: device);
        _feedForward = new ClipFeedForward(options, device);
        RegisterComponents();
    }

    /// <summary>[B, N, C] to [B, N, C].</summary>
    public override Tensor forward(Tensor input)
    {
        var dropPath = training ? _dropPath : 0;
        using var attended = VisionBlock.AddBranch(input, _attentionNorm, _attention, dropPath);
        return VisionBlock.AddBranch(attended, _feedForwardNorm, _feedForward, dropPath);
    }

    /// <summary>PyTorch's defaults.</summary>
    public void Initialize(WeightInitializer initializer)
    {
        _attention.Initialize(initializer);
        _feedForward.Initialize(initializer);
    }

    /// <summary>PyTorch's <c>MultiheadAttention</c> of a sequence with itself. Keys: <c>in_proj_weight</c> [3 C, C], <c>in_proj_bias</c> [3 C], <c>out_proj.*</c>.</summary>
    private sealed class PackedSelfAttention : nn.Module<Tensor, Tensor>, IBranch, IPackableLayer
    {
        private PackedWeight? _packed;

        private readonly int _heads;

        [ComponentName(Name = "in_proj_weight")]
        private Parameter _weight;

        [ComponentName(Name = "in_proj_bias")]
        private Parameter _bias;

        [ComponentName(Name = "out_proj")]
        private readonly Linear _output;

        public PackedSelfAttention(VisionTransformerOptions options, Device? device)
            : base(nameof(PackedSelfAttention))
        {
            _heads = options.Heads;
            _weight = Parameters.Uninitialized(device, 3 * options.Width, options.Width);
            _bias = Parameters.Zeros(device, 3 * options.Width);
            _output = new Linear(options.Width, options.Width, device: device);
            RegisterComponents();
        }

        public Tensor Weight => _weight;

        public override Tensor forward(Tensor input)
        {
            using var attended = Attend(input);
            return _output.call(attended);
        }

        public Tensor AddTo(Tensor residual, Tensor input)
        {
            using var attended = Attend(input);
            return _output.MapAndAdd(attended, residual);
        }

        public void Pack(ModelPrecision precision)
        {
            (_packed, var weight) = PackedWeight.Create(_weight, precision);
            ConditionallyRegisterParameter("in_proj_weight", weight);
            _weight.Dispose();
            _weight = weight;
        }

        public void Initialize(WeightInitializer initializer)
        {
            initializer.XavierUniform(_weight);
            initializer.PyTorchDefault(_output);
            using var noGrad = no_grad();
            _bias.zero_();
            _output.Bias!.zero_();
        }

        protected override void Dispose(bool disposing)
        {
            if (disposing)
            {
                _packed?.Dispose();
            }

            base.Dispose(disposing);
        }

        private Tensor Attend(Tensor input)
        {
            using var scope = NewDisposeScope();
            var projected = _packed is null ? nn.functional.linear(input, _weight, _bias) : PackedWeight.RequireNoGradient(_packed, input, _weight).Map(input, _bias);
            return Attention.AttendPacked(projected, _heads).MoveToOuterDisposeScope();
        }
    }

    /// <summary>Keys: <c>c_fc.*</c>, <c>c_proj.*</c>.</summary>
    private sealed class ClipFeedForward : nn.Module<Tensor, Tensor>, IBranch
    {
        private readonly bool _quickGelu;

        [ComponentName(Name = "c_fc")]
        private readonly Linear _first;

        [ComponentName(Name = "c_proj")]
        private readonly Linear _second;

        public ClipFeedForward(VisionTransformerOptions options, Device? device)
            : base(nameof(ClipFeedForward))
        {
            _quickGelu = options.QuickGelu;
            _first = new Linear(options.Width, options.FeedForwardWidth, device: device);
            _second = new Linear(options.FeedForwardWidth, options.Width, device: device);
            RegisterComponents();
        }

        public override Tensor forward(Tensor input) => FeedForward.Apply(input, _first, _quickGelu, _second);

        public Tensor AddTo(Tensor residual, Tensor input) => FeedForward.Apply(input, _first, _quickGelu, _second, residual);

        public void Initialize(WeightInitializer initializer)
        {
            initializer.PyTorchDefault(_first);
            initializer.PyTorchDefault(_second);
        }
    }
}
