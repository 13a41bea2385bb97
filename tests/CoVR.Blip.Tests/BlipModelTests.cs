using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.TestSupport;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace CoVR.Blip.Tests;

[Collection("torch")]
public sealed class BlipModelTests
{
    [Fact]
    public void Create_OnSeveralThreadsAtOnce_GivesTheWeightsOfTheSeed()
    {
        using var alone = SmallBlip.Create(SmallBlip.Options());
        var together = new string[8];
        Parallel.For(0, together.Length, index =>
        {
            using var model = SmallBlip.Create(SmallBlip.Options());
            together[index] = model.Description.WeightsSha256;
        });
        Assert.All(together, hash => Assert.Equal(alone.Description.WeightsSha256, hash));
    }

    [Fact]
    public void Create_SameSeed_GivesTheSameWeights()
    {
        using var first = SmallBlip.Create(SmallBlip.Options());
        using var second = SmallBlip.Create(SmallBlip.Options());
        Assert.Equal(first.Description.WeightsSha256, second.Description.WeightsSha256);
    }

    [Fact]
    public void Create_OtherSeed_GivesOtherWeights()
    {
        using var first = SmallBlip.Create(SmallBlip.Options());
        var options = SmallBlip.Options();
        options.Seed = 8;
        using var second = SmallBlip.Create(options);
        Assert.NotEqual(first.Description.WeightsSha256, second.Description.WeightsSha256);
    }

    [Fact]
    public void Create_FreshWeights_LeaveTheGlobalGeneratorAlone()
    {
        manual_seed(5);
        using var before = rand(4);
        manual_seed(5);
        using var model = SmallBlip.Create(SmallBlip.Options());
        using var after = rand(4);
        NumericAssert.Close(before, after, 0, 0, "random numbers");
    }

    [Fact]
    public void Create_FreshWeights_FollowTheReference()
    {
        using var model = SmallBlip.Create(SmallBlip.Options());
        var state = model.Module!.state_dict();
        Assert.InRange(Deviation("text_encoder.embeddings.word_embeddings.weight"), 0.015, 0.025);
        Assert.InRange(Deviation("visual_encoder.blocks.0.attn.qkv.weight"), 0.015, 0.025);
        Assert.Equal(0, state["visual_encoder.blocks.0.attn.qkv.bias"].abs().max().item<float>());
        Assert.Equal(1, state["visual_encoder.norm.weight"].min().item<float>());
        var bound = (float)(1 / Math.Sqrt(3 * 4 * 4));
        Assert.InRange(state["visual_encoder.patch_embed.proj.weight"].abs().max().item<float>(), bound * 0.9f, bound);
        Assert.All(state.Values, values => Assert.True(values.to(ScalarType.Float32).isfinite().all().item<bool>()));

        double Deviation(string key) => state[key].std().item<float>();
    }

    [Fact]
    public void Create_VocabularySizeZero_TakesTheTokenizers()
    {
        using var model = SmallBlip.Create(SmallBlip.Options());
        Assert.Equal(SmallBlip.Vocabulary.Length + 2, model.Module!.state_dict()["text_encoder.embeddings.word_embeddings.weight"].shape[0]);
    }

    [Fact]
    public void Create_VocabularyLargerThanTheModel_IsRefused()
    {
        var options = SmallBlip.Options();
        options.Architecture = SmallBlip.Architecture with { Text = SmallBlip.Architecture.Text with { VocabularySize = 5 } };
        var fault = Assert.Throws<InvalidDataException>(() => SmallBlip.Create(options));
        Assert.Contains("18 tokens", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Create_SeveralFaults_ListsAllOfThem()
    {
        var options = new ModelOptions
        {
            Variant = "huge",
            Device = "abacus",
            VocabularyPath = "nowhere/vocab.txt",
            Trainable = TrainableWeights.TextOnly,
            TrainVisualEncoder = true,
            Temperature = 0,
            Text = new TextInput(1, 64, 0),
            Architecture = SmallBlip.Architecture with
            {
                Dimensions = 0,
                Image = ImageInput.Clip(18),
                Vision = new VisionTransformerOptions { PatchSize = 4, Width = 17, Heads = 2, DropPath = 2 },
                Text = new BertOptions { Width = 25, Heads = 3 },
            },
        };
        var fault = Assert.Throws<OptionsValidationException>(() => SmallBlip.Create(options));
        string[] expected =
        [
            "'huge'", "abacus", "nowhere/vocab.txt", "text-only", "Temperature", "at least 2 tokens", "MaxWords",
            "Dimensions", "image size (18)", "vision width (17)", "DropPath", "text width (25)",
        ];
        Assert.All(expected, part => Assert.Contains(part, fault.Message, StringComparison.Ordinal));
        Assert.Equal(expected.Length, fault.Failures.Count());
    }

    [Fact]
    public void Create_TwoVocabularies_SaysSo()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => SmallBlip.Create(new ModelOptions { Vocabulary = SmallBlip.Vocabulary, VocabularyPath = "vocab.txt" }));
        Assert.Contains("VocabularyPath or Vocabulary", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Description_OfAPublishedSize_NamesIt()
    {
        Assert.Equal(384, BlipArchitecture.Family.Find("LARGE")!.Architecture.Image.Size);
        Assert.Equal(new TextInput(35, 64, 30) { CaptionLimit = 30 }, BlipArchitecture.Family.Find("large")!.Text);
        using var model = SmallBlip.Create(SmallBlip.Options());
        Assert.Equal("blip-custom-16", model.Description.Name);
    }

    [Fact]
    public void Positions_SinCos_StartAtAmplitudeOne()
    {
        var options = SmallBlip.Options();
        options.Architecture = SmallBlip.Architecture with
        {
            Vision = SmallBlip.Architecture.Vision with { SinCosPositions = true, ConvolutionalStem = true },
        };
        using var model = SmallBlip.Create(options);
        var positions = model.Module!.state_dict()["visual_encoder.pos_embed"];
        Assert.Equal(1, positions.abs().max().item<float>());
        using var pixels = SmallBlip.Pixels(2);
        using var tokens = model.Encoder.EncodeVisual(pixels);
        Assert.Equal([2, 17, 16], tokens.shape);
    }
}
