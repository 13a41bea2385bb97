using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace CoVR.Modeling.Layers;

/// <summary>Self-attention with one projection for queries, keys and values. Keys: <c>qkv.*</c>, <c>proj.*</c>, with EVA's biases <c>q_bias</c> and <c>v_bias</c>.</summary>
internal sealed class FusedSelfAttention : nn.Module<Tensor, Tensor>, IBranch
{
    private readonly int _heads;

    [ComponentName(Name = "qkv")]
    private readonly Linear _qkv;

    [ComponentName(Name = "proj")]
    private readonly Linear _proj;

    [ComponentName(Name = "q_bias")]
    private Parameter? _queryBias;

    [ComponentName(Name = "v_bias")]
    private Parameter? _valueBias;

    public FusedSelfAttention(VisionTransformerOptions options, Device? device)
        : base(nameof(FusedSelfAttention))
    {
        var width = options.Width;
        _heads = options.Heads;
        _qkv = new Linear(width, 3 * width, options.QkvBias && options.KeyBias, device);
        _proj = new Linear(width, width, device: device);
        if (options.QkvBias && !options.KeyBias)
        {
            _queryBias = Parameters.Zeros(device, width);
            _valueBias = Parameters.Zeros(device, width);
        }

        RegisterComponents();
    }

    /// <summary>The map that closes the branch.</summary>
    public Linear Output => _proj;

    /// <summary>[B, N, C] to [B, N, C].</summary>
    public override Tensor forward(Tensor input)
    {
        using var attended = Attend(input);
        return _proj.call(attended);
    }

    public Tensor AddTo(Tensor residual, Tensor input)
    {
        using var attended = Attend(input);
        return _proj.MapAndAdd(attended, residual);
    }

    private Tensor Attend(Tensor input)
    {
        using var scope = NewDisposeScope();
        return Attention.AttendPacked(Project(input), _heads).MoveToOuterDisposeScope();
    }

    private Tensor Project(Tensor input) => _queryBias is null || _valueBias is null
        ? _qkv.call(input)
        : _qkv.Map(input, cat([_queryBias, zeros_like(_queryBias, requires_grad: false), _valueBias]));
}
