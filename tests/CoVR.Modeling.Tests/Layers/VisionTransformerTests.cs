using CoVR.Conformance;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Native;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Layers;

[Collection("torch")]
public sealed class VisionTransformerTests : IDisposable
{
    private static readonly VisionTransformerOptions Small =
        new() { PatchSize = 4, Width = 16, Depth = 4, Heads = 2, FeedForwardWidth = 24, DropPath = 0.5 };

    private static readonly VisionTransformerOptions SmallClip =
        Small with { ClipLayout = true, FinalNorm = false, NormEpsilon = 1e-5, QuickGelu = true };

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Keys_OfEvaKind_HaveTwoBiasesAndNoFinalNorm()
    {
        using var model = Make(Small with { KeyBias = false, FinalNorm = false, Depth = 1 });
        string[] expected =
        [
            "blocks.0.attn.proj.bias", "blocks.0.attn.proj.weight", "blocks.0.attn.q_bias", "blocks.0.attn.qkv.weight", "blocks.0.attn.v_bias",
            "blocks.0.mlp.fc1.bias", "blocks.0.mlp.fc1.weight", "blocks.0.mlp.fc2.bias", "blocks.0.mlp.fc2.weight",
            "blocks.0.norm1.bias", "blocks.0.norm1.weight", "blocks.0.norm2.bias", "blocks.0.norm2.weight",
            "cls_token", "patch_embed.proj.bias", "patch_embed.proj.weight", "pos_embed",
        ];
        Assert.Equal(expected, model.state_dict().Keys.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void QueryAndValueBias_EqualsAFullBiasWithoutKeys()
    {
        using var full = Make(Small with { Depth = 1 });
        using var split = Make(Small with { Depth = 1, KeyBias = false });
        var (from, to) = (full.state_dict(), split.state_dict());
        using (no_grad())
        {
            from["blocks.0.attn.qkv.bias"].copy_(cat([full_like(from["cls_token"].flatten(), 0.3f), zeros(16), full_like(from["cls_token"].flatten(), -0.2f)]));
            to["blocks.0.attn.q_bias"].fill_(0.3f);
            to["blocks.0.attn.v_bias"].fill_(-0.2f);
        }

        NumericAssert.Close(full.Encode(Pixels(2)), split.Encode(Pixels(2)), 1e-6, 0, "tokens");
    }

    [Fact]
    public void Activation_QuickGelu_IsXTimesSigmoid()
    {
        var x = tensor([-2f, -0.5f, 0f, 1f, 3f]);
        NumericAssert.Close(x * (x * 1.702).sigmoid(), TensorOps.Gelu(x.clone(), quick: true), 1e-6, 0, "QuickGELU");
        using var noGrad = no_grad();
        NumericAssert.Close(nn.functional.gelu(x), TensorOps.Gelu(x.clone()), 1e-6, 0, "GELU");
    }

    [Fact]
    public void Encode_WithAndWithoutGradient_AgreesAndLeavesPixelsAlone()
    {
        using var model = Make(Small);
        model.eval();
        var pixels = Pixels(3);
        var before = pixels.clone();
        var recorded = model.Encode(pixels);
        using var noGrad = no_grad();
        NumericAssert.Close(recorded, model.Encode(pixels), 1e-6, 0, "tokens");
        using var clip = Make(SmallClip);
        NumericAssert.Close(Recorded(clip), clip.Encode(pixels), 1e-6, 0, "tokens of CLIP");
        NumericAssert.Close(before, pixels, 0, 0, "pixels");

        Tensor Recorded(VisionTransformerModule model)
        {
            using var recording = enable_grad();
            model.eval();
            return model.Encode(pixels);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void CheckpointedBlocks_WithStochasticDepth_GiveBitIdenticalGradients(int blocks)
    {
        var (tokens, gradients) = Train(Small with { CheckpointedBlocks = 0 });
        var (again, recomputed) = Train(Small with { CheckpointedBlocks = blocks });
        NumericAssert.Close(tokens, again, 0, 0, "tokens");
        Assert.Equal(gradients.Keys.Order(), recomputed.Keys.Order());
        Assert.All(gradients, entry => NumericAssert.Close(entry.Value, recomputed[entry.Key], 0, 0, entry.Key));
        Assert.Contains(gradients.Values, gradient => gradient.abs().max().item<float>() > 1e-3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void CheckpointedBlocks_TrainedInEvaluationMode_GiveBitIdenticalGradients(bool clipLayout)
    {
        var options = clipLayout ? SmallClip : Small with { KeyBias = false, FinalNorm = false };
        var (tokens, gradients) = Train(options with { CheckpointedBlocks = 0 }, training: false);
        var (again, recomputed) = Train(options with { CheckpointedBlocks = 3 }, training: false);
        NumericAssert.Close(tokens, again, 0, 0, "tokens");
        Assert.All(gradients, entry => NumericAssert.Close(entry.Value, recomputed[entry.Key], 0, 0, entry.Key));
    }

    [Fact]
    public void Clip_WithTheSameWeights_IsTheBlockOfTheOtherLayout()
    {
        using var timm = Make(Small with { Depth = 1, FinalNorm = false, NormEpsilon = 1e-5, QuickGelu = true });
        using var clip = Make(SmallClip with { Depth = 1 });
        var (from, to) = (timm.state_dict(), clip.state_dict());
        using var noGrad = no_grad();
        foreach (var (ours, theirs) in new[]
        {
            ("norm1", "ln_1"), ("attn.qkv", "attn.in_proj"), ("attn.proj", "attn.out_proj"), ("norm2", "ln_2"), ("mlp.fc1", "mlp.c_fc"), ("mlp.fc2", "mlp.c_proj"),
        })
        {
            var separator = theirs == "attn.in_proj" ? "_" : ".";
            to[$"transformer.resblocks.0.{theirs}{separator}weight"].copy_(from[$"blocks.0.{ours}.weight"]);
            to[$"transformer.resblocks.0.{theirs}{separator}bias"].copy_(from[$"blocks.0.{ours}.bias"]);
        }

        var tokens = Pixels(1).view(1, 48, 16);
        NumericAssert.Close(timm.Blocks[0].forward(tokens), clip.Blocks[0].forward(tokens), 0, 0, "tokens");
    }

    [Fact]
    public void Clip_MovedToAnotherType_KeepsItsKeysAndUsesTheMovedWeights()
    {
        using var model = Make(SmallClip);
        var before = model.state_dict().Keys.ToArray();
        model.to(ScalarType.Float64);
        Assert.Equal(before, model.state_dict().Keys);
        Assert.Equal(ScalarType.Float64, model.Encode(Pixels(1).to(ScalarType.Float64)).dtype);
    }

    [Fact]
    public void CheckpointedBlocks_ManySteps_LeaveNoTensorBehind()
    {
        Train(Small with { CheckpointedBlocks = 4 });
        using var model = Make(Small with { CheckpointedBlocks = 4 });
        model.train();
        Step();
        var before = LiveTensors.Settled();
        for (var i = 0; i < 20; i++)
        {
            Step();
        }

        Assert.InRange(LiveTensors.Settled() - before, long.MinValue, 4);

        void Step()
        {
            using var scope = NewDisposeScope();
            model.zero_grad();
            model.Encode(Pixels(2)).sum().backward();
        }
    }

    [Fact]
    public void DropPath_InTraining_KeepsTheMean()
    {
        manual_seed(2);
        var dropped = TensorOps.DropPath(ones(20000, 1, 1), 0.25, training: true);
        Assert.InRange(dropped.mean().item<float>(), 0.97f, 1.03f);
        Assert.Equal([0f, 1 / 0.75f], dropped.unique().output.data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-6);
        var branch = ones(3, 2, 2);
        Assert.Same(branch, TensorOps.DropPath(branch, 0.25, training: false));
    }

    [Fact]
    public void Stem_Convolutional_HasThePatchsStride()
    {
        using var model = Make(Small with { ConvolutionalStem = true });
        Assert.Equal([2, 17, 16], model.Encode(Pixels(2)).shape);
        Assert.Contains("patch_embed.stages.1.weight", model.state_dict().Keys);
    }

    [Fact]
    public void Constructor_SizesThatDoNotGoTogether_AreRefused()
    {
        Assert.Contains("number of heads", Assert.Throws<ArgumentException>(() => Make(Small with { Heads = 3 })).Message, StringComparison.Ordinal);
        Assert.Contains("no final norm", Assert.Throws<ArgumentException>(() => Make(SmallClip with { FinalNorm = true })).Message, StringComparison.Ordinal);
        Assert.Contains("patch size", Assert.Throws<ArgumentException>(() => Make(Small with { PatchSize = 5 })).Message, StringComparison.Ordinal);
    }

    private static VisionTransformerModule Make(VisionTransformerOptions options)
    {
        NativeTorch.EnsureLoaded();
        var model = VisionTransformerModule.Create(options, ImageInput.Clip(16));
        using var initializer = new WeightInitializer(4);
        model.Initialize(initializer);
        return model;
    }

    private static Tensor Pixels(int count)
    {
        using var generator = new Generator(9);
        return empty([count, 3, 16, 16]).normal_(0, 1, generator);
    }

    private static (Tensor Tokens, Dictionary<string, Tensor> Gradients) Train(VisionTransformerOptions options, bool training = true)
    {
        using var model = Make(options);
        model.train(training);
        manual_seed(21);
        var tokens = model.Encode(Pixels(6));
        (tokens * tokens.detach().cos()).sum().backward();
        return (tokens.detach().clone(), model.named_parameters().ToDictionary(entry => entry.name, entry => entry.parameter.grad!.clone()));
    }
}
