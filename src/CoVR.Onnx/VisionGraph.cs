using CoVR.Modeling.Layers;
using static TorchSharp.torch;

namespace CoVR.Onnx;

/// <summary>Writes the graph of a vision transformer, in timm's layout (BLIP, EVA) or CLIP's, from its sizes and its weights.</summary>
/// <remarks>
/// Queries, keys and values are one product, attention is ONNX Runtime's own operator, weights stay [outputs, inputs] as the module has them, and the class token and its
/// position are added to a row of zeros. In 8 bits every linear layer but the patch embedding is computed with a scale for each output and one for the whole input.
/// </remarks>
internal sealed class VisionGraph
{
    /// <summary>The names of the graph's input [B, 3, S, S] and output [B, N, C].</summary>
    public const string Pixels = "pixels", Tokens = "tokens";

    private static readonly BlockNames Timm = new("blocks", "norm1", "attn.qkv.weight", "attn.proj", "norm2", "mlp.fc1", "mlp.fc2");
    private static readonly BlockNames Clip = new("transformer.resblocks", "ln_1", "attn.in_proj_weight", "attn.out_proj", "ln_2", "mlp.c_fc", "mlp.c_proj");

    private readonly OnnxGraph _graph = new();
    private readonly IReadOnlyDictionary<string, Tensor> _state;
    private readonly VisionTransformerOptions _options;
    private readonly bool _isInt8;
    private readonly BlockNames _names;

    private VisionGraph(IReadOnlyDictionary<string, Tensor> state, VisionTransformerOptions options, bool isInt8) =>
        (_state, _options, _isInt8, _names) = (state, options, isInt8, options.ClipLayout ? Clip : Timm);

    /// <summary>Whether a state dict is that of such a transformer.</summary>
    public static bool Fits(IReadOnlyDictionary<string, Tensor> state, VisionTransformerOptions options) =>
        state.ContainsKey(options.ClipLayout ? "class_embedding" : "cls_token") && state.ContainsKey($"{(options.ClipLayout ? Clip : Timm).Blocks}.0.attn.{(options.ClipLayout ? "out_proj" : "proj")}.weight");

    /// <summary>Writes the graph.</summary>
    /// <param name="state">The state dict; contiguous, on the CPU.</param>
    /// <param name="options">Sizes and kinds.</param>
    /// <param name="size">S.</param>
    /// <param name="isInt8">Whether linear layers are computed in 8 bits.</param>
    /// <returns>The model, and the large weights that it names; they belong to the state dict or the caller's dispose scope.</returns>
    public static (byte[] Model, IReadOnlyList<(string Name, Tensor Values)> Weights) Write(IReadOnlyDictionary<string, Tensor> state, VisionTransformerOptions options, int size, bool isInt8)
    {
        var writer = new VisionGraph(state, options, isInt8);
        var tokens = writer.Blocks(writer.Embed(size / options.PatchSize));
        var output = options.FinalNorm ? writer.Norm(tokens, "norm") : tokens;
        writer._graph.Name(output, Tokens);
        return (writer._graph.ToModel((Pixels, [3, size, size]), (Tokens, [options.Patches(size) + 1, options.Width])), writer._graph.Weights);
    }

    private string Blocks(string tokens)
    {
        for (var i = 0; i < _options.Depth; i++)
        {
            var block = FormattableString.Invariant($"{_names.Blocks}.{i}.");
            var attended = Attend(Norm(tokens, block + _names.AttentionNorm), block);
            tokens = Add(Linear(attended, block + _names.AttentionOutput), tokens);
            var widened = Gelu(Product(Norm(tokens, block + _names.FeedForwardNorm), _state[block + _names.First + ".weight"]), block + _names.First + ".bias");
            tokens = Add(Linear(widened, block + _names.Second), tokens);
        }

        return tokens;
    }

    private string Embed(long side)
    {
        var width = _options.Width;
        var clip = _options.ClipLayout;
        var positions = _state[clip ? "positional_embedding" : "pos_embed"].detach().view(-1, width);
        var classToken = positions.narrow(0, 0, 1).add(_state[clip ? "class_embedding" : "cls_token"].detach().view(1, width));
        var patches = _options.ConvolutionalStem ? Stem(side) : Patches(side, clip ? "conv1" : "patch_embed.proj");
        var tokens = Add(_graph.Add("Pad", [patches, _graph.Constant(0, 1, 0, 0, 0, 0)]), _graph.Constant(cat([classToken, positions.narrow(0, 1, side * side)])));
        return clip ? Norm(tokens, "ln_pre") : tokens;
    }

    // A convolution whose windows do not overlap is a product of each patch with the weight.
    private string Patches(long side, string layer)
    {
        var patch = (long)_options.PatchSize;
        var grid = _graph.Add("Reshape", [Pixels, _graph.Constant(0, 3, side, patch, side, patch)]);
        var rows = _graph.Add("Reshape", [_graph.Add("Transpose", [grid], ("perm", new long[] { 0, 2, 4, 1, 3, 5 })), _graph.Constant(0, side * side, 3 * patch * patch)]);
        var product = _graph.Add(OnnxGraph.Contrib + "FusedMatMul", [rows, _graph.Weight(_state[layer + ".weight"].detach().view(_options.Width, -1))], ("transB", 1));
        return _state.ContainsKey(layer + ".bias") ? _graph.Add("Add", [product, Constant(layer + ".bias")]) : product;
    }

    private string Stem(long side)
    {
        var features = Pixels;
        for (var i = 0; _state.ContainsKey(FormattableString.Invariant($"patch_embed.stages.{i}.weight")); i++)
        {
            var stage = FormattableString.Invariant($"patch_embed.stages.{i}");
            features = _graph.Add(OnnxGraph.Contrib + "Gelu", [_graph.Add("Conv", [features, Constant(stage + ".weight"), Constant(stage + ".bias")], ("pads", new long[] { 1, 1, 1, 1 }), ("strides", new long[] { 2, 2 }))]);
        }

        var map = _graph.Add("Conv", [features, Constant("patch_embed.proj.weight"), Constant("patch_embed.proj.bias")]);
        return _graph.Add("Transpose", [_graph.Add("Reshape", [map, _graph.Constant(0, _options.Width, side * side)])], ("perm", new long[] { 0, 2, 1 }));
    }

    private string Attend(string tokens, string block)
    {
        long width = _options.Width;
        var parts = _graph.Add("Split", [Product(tokens, _state[block + _names.AttentionInput]), _graph.Constant(width, width, width)], 3, ("axis", -1));
        string[] inputs = AttentionBias(block) is { } bias ? [.. parts, _graph.Constant(bias)] : parts;
        return _graph.Add(OnnxGraph.Contrib + "MultiHeadAttention", inputs, ("num_heads", _options.Heads));
    }

    private Tensor? AttentionBias(string block) => _options switch
    {
        { QkvBias: false } => null,
        { ClipLayout: true } => _state[block + "attn.in_proj_bias"],
        { KeyBias: true } => _state[block + "attn.qkv.bias"],
        _ => cat([_state[block + "attn.q_bias"].detach(), zeros(_options.Width), _state[block + "attn.v_bias"].detach()]),
    };

    private string Gelu(string product, string bias) => _options.QuickGelu
        ? _graph.Add(OnnxGraph.Contrib + "QuickGelu", [Add(product, Constant(bias))], ("alpha", 1.702f))
        : _graph.Add(OnnxGraph.Contrib + "BiasGelu", [product, Constant(bias)]);

    private string Norm(string tokens, string layer) =>
        _graph.Add("LayerNormalization", [tokens, Constant(layer + ".weight"), Constant(layer + ".bias")], ("axis", -1), ("epsilon", (float)_options.NormEpsilon));

    private string Linear(string input, string layer) => Add(Product(input, _state[layer + ".weight"]), Constant(layer + ".bias"));

    private string Product(string input, Tensor weight)
    {
        if (!_isInt8)
        {
            return _graph.Add(OnnxGraph.Contrib + "FusedMatMul", [input, _graph.Weight(weight)], ("transB", 1));
        }

        using var levels = (TorchSharp.Scalar)127f;
        using var tiny = (TorchSharp.Scalar)1e-30f;
        var scales = weight.detach().abs().amax([1], keepdim: true).div(levels).clamp_min_(tiny);
        var rounded = weight.detach().div(scales).round_().to(ScalarType.Int8).t().contiguous();
        return _graph.Add(OnnxGraph.Contrib + "DynamicQuantizeMatMul", [input, _graph.Weight(rounded), _graph.Constant(scales.squeeze(1))]);
    }

    private string Add(string left, string right) => _graph.Add("Add", [left, right]);

    private string Constant(string key) => _graph.Constant(_state[key]);

    /// <summary>What a layout calls the parts of a block.</summary>
    private sealed record BlockNames(string Blocks, string AttentionNorm, string AttentionInput, string AttentionOutput, string FeedForwardNorm, string First, string Second);
}
