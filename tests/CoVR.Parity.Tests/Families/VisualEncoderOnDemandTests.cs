using CoVR.Blip;
using CoVR.Blip2;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Families;

/// <summary>Small models of both families, loaded for a second time: the hash of their weights is known then. The cache folder is an environment variable of the process.</summary>
[Collection("alone")]
public sealed class VisualEncoderOnDemandTests : IDisposable
{
    private const int Size = 16;

    private static readonly string[] Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "circle"];

    private static readonly VisionTransformerOptions Vision = new() { PatchSize = 4, Width = 16, Depth = 2, Heads = 2, FeedForwardWidth = 32, DropPath = 0 };

    private static readonly Dictionary<string, (ModelFamily Family, ComposedArchitecture Sizes)> Families = new()
    {
        ["blip"] = (BlipArchitecture.Family, new BlipArchitecture { Image = ImageInput.Clip(Size), Dimensions = 8, Vision = Vision, Text = new BertOptions { VocabularySize = 0, Width = 24, Depth = 2, Heads = 3, FeedForwardWidth = 48, MaxPositions = 40 } }),
        ["blip2"] = (Blip2Architecture.Family, new Blip2Architecture
        {
            Image = ImageInput.Clip(Size),
            Dimensions = 8,
            Queries = 3,
            Vision = new Blip2Architecture().Vision with { PatchSize = 4, Width = 16, Depth = 2, Heads = 2, FeedForwardWidth = 32, DropPath = 0 },
            Text = new Blip2Architecture().Text with { VocabularySize = 0, Width = 24, Depth = 2, Heads = 3, FeedForwardWidth = 48, MaxPositions = 40 },
        }),
    };

    private readonly TemporaryFolder _folder = new();
    private readonly string? _cache = Environment.GetEnvironmentVariable("COVR_CACHE");

    public VisualEncoderOnDemandTests()
    {
        Environment.SetEnvironmentVariable("COVR_CACHE", _folder["cache"]);
        RememberedHash.Clock = new LaterClock();
    }

    public void Dispose()
    {
        RememberedHash.Clock = null;
        Environment.SetEnvironmentVariable("COVR_CACHE", _cache);
        _folder.Dispose();
    }

    [Theory]
    [InlineData("blip")]
    [InlineData("blip2")]
    public void Create_WithAKnownHash_LoadsTheVisualEncoderWithTheFirstPicture(string family)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var weights = Save(family);
        using var whole = Create(family, weights);
        using var lazy = Create(family, weights);
        var visual = Assert.IsType<VisualEncoderOnDemand>(((ComposedFamilyEncoder)lazy.Encoder).Visual);
        var text = whole.TokenizeForEvaluation(["a red circle"]);
        var (pixels, before) = (randn(2, 3, Size, Size), Tensor.TotalCount);

        Assert.IsNotType<VisualEncoderOnDemand>(((ComposedFamilyEncoder)whole.Encoder).Visual);
        Assert.Equal(whole.Fingerprint("x"), lazy.Fingerprint("x"));
        Assert.Equal(Numbers(whole.Encoder.EncodeQuery(null, text, QueryParts.Modification)), Numbers(lazy.Encoder.EncodeQuery(null, text, QueryParts.Modification)));
        Assert.DoesNotContain(lazy.Module!.state_dict().Keys, key => key.StartsWith("visual_encoder.", StringComparison.Ordinal));

        for (var call = 0; call < 2; call++)
        {
            // The weights must outlive the scope of the call that loaded them.
            using var inner = NewDisposeScope();
            var (expected, tokens) = (whole.Encoder.EncodeVisual(pixels), lazy.Encoder.EncodeVisual(pixels));
            Assert.Equal(Numbers(expected), Numbers(tokens));
            Assert.Equal(Numbers(whole.Encoder.EncodeTarget(expected)), Numbers(lazy.Encoder.EncodeTarget(tokens)));
            Assert.Equal(Numbers(whole.Encoder.EncodeQuery(expected, TwoOf(whole))), Numbers(lazy.Encoder.EncodeQuery(tokens, TwoOf(lazy))));
        }

        Assert.All(visual.Require().parameters(), parameter => Assert.False(parameter.requires_grad));
        Assert.True(Tensor.TotalCount > before);
    }

    [Fact]
    public void Encode_FileReplacedAfterTheModelWasLoaded_RefusesIt()
    {
        var weights = Save("blip");
        Create("blip", weights).Dispose();
        using var lazy = Create("blip", weights);
        File.Copy(weights, _folder["other"]);
        File.Move(_folder["other"], weights, overwrite: true);
        using var pixels = zeros(1, 3, Size, Size);

        var fault = Assert.Throws<CheckpointException>(() => lazy.Encoder.EncodeVisual(pixels));

        Assert.Contains("replaced after the model was loaded", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_OfOtherWeightsInTheSameFile_GivesTheirHash()
    {
        var weights = Save("blip");
        using var first = Create("blip", weights);
        Save("blip", seed: 8);

        using var second = Create("blip", weights);
        using var third = Create("blip", weights);

        Assert.NotEqual(first.Description.WeightsSha256, second.Description.WeightsSha256);
        Assert.Equal(second.Description.WeightsSha256, third.Description.WeightsSha256);
    }

    private static TokenBatch TwoOf(ComposedModel model) => model.TokenizeForEvaluation(["a red circle", "a circle"]);

    private static float[] Numbers(Tensor tensor) => tensor.contiguous().data<float>().ToArray();

    private static ComposedModel Create(string family, string? weights, ulong seed = 7) => Families[family].Family.CreateAsync(new ModelOptions
    {
        Architecture = Families[family].Sizes,
        Vocabulary = Vocabulary,
        Checkpoint = weights,
        Seed = seed,
        VisualEncoderOnDemand = weights is not null,
    }).AsTask().GetAwaiter().GetResult();

    private string Save(string family, ulong seed = 7)
    {
        using var model = Create(family, null, seed);
        Checkpoint.WriteSafetensors(_folder["weights.safetensors"], model.Module!.state_dict());
        return _folder["weights.safetensors"];
    }

    private sealed class LaterClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddMinutes(1);
    }
}
