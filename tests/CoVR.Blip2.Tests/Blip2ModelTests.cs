using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using Microsoft.Extensions.Options;
using static TorchSharp.torch;

namespace CoVR.Blip2.Tests;

[Collection("torch")]
public sealed class Blip2ModelTests
{
    [Fact]
    public void Create_OnSeveralThreadsAtOnce_GivesTheWeightsOfTheSeed()
    {
        using var alone = SmallBlip2.Create(SmallBlip2.Options());
        var together = new string[8];
        Parallel.For(0, together.Length, index =>
        {
            using var model = SmallBlip2.Create(SmallBlip2.Options());
            together[index] = model.Description.WeightsSha256;
        });
        Assert.All(together, hash => Assert.Equal(alone.Description.WeightsSha256, hash));
    }

    [Fact]
    public void Create_SameSeed_GivesTheSameWeights()
    {
        using var first = SmallBlip2.Create(SmallBlip2.Options());
        using var second = SmallBlip2.Create(SmallBlip2.Options());
        var options = SmallBlip2.Options();
        options.Seed = 8;
        using var third = SmallBlip2.Create(options);
        Assert.Equal(first.Description.WeightsSha256, second.Description.WeightsSha256);
        Assert.NotEqual(first.Description.WeightsSha256, third.Description.WeightsSha256);
    }

    [Fact]
    public void Create_FreshWeights_FollowTheReference()
    {
        using var model = SmallBlip2.Create(SmallBlip2.Options());
        var state = model.Module!.state_dict();
        Assert.InRange(state["query_tokens"].std().item<float>(), 0.012, 0.028);
        Assert.Equal(0, state["Qformer.cls.predictions.bias"].abs().max().item<float>());
        NumericAssert.Close(
            state["Qformer.bert.encoder.layer.1.output.dense.weight"], state["Qformer.bert.encoder.layer.1.output_query.dense.weight"], 0, 0, "queries' feed-forward");
        Assert.All(state.Values, values => Assert.True(values.to(ScalarType.Float32).isfinite().all().item<bool>()));
    }

    [Fact]
    public void Create_VocabularySizeZero_TakesTheTokenizers()
    {
        using var model = SmallBlip2.Create(SmallBlip2.Options());
        Assert.Equal(SmallBlip2.Vocabulary.Length + 1, model.Module!.state_dict()["Qformer.bert.embeddings.word_embeddings.weight"].shape[0]);
        Assert.Equal("blip2-custom-16", model.Description.Name);
    }

    [Fact]
    public void Create_SeveralFaults_ListsAllOfThem()
    {
        var options = new ModelOptions
        {
            Variant = "huge",
            VocabularyPath = "nowhere/vocab.txt",
            Trainable = TrainableWeights.TextOnly,
            TrainVisualEncoder = true,
            Architecture = SmallBlip2.Architecture with
            {
                Queries = 0,
                Image = ImageInput.Clip(18),
                Text = SmallBlip2.Architecture.Text with { QueryFeedForward = false, Width = 25 },
            },
        };
        var fault = Assert.Throws<OptionsValidationException>(() => SmallBlip2.Create(options));
        string[] expected = ["'huge'", "nowhere/vocab.txt", "text-only", "QueryFeedForward", "Queries", "image size (18)", "text width (25)"];
        Assert.All(expected, part => Assert.Contains(part, fault.Message, StringComparison.Ordinal));
        Assert.Equal(expected.Length, fault.Failures.Count());
    }

    [Fact]
    public void Variants_Published_CarryTheirPreprocessing()
    {
        Assert.Equal([364, 224, 224], Blip2Architecture.Family.Variants.Select(variant => variant.Architecture.Image.Size));
        Assert.Equal(new TextInput(32, 64, 30) { CaptionLimit = 512, ValidationLimit = 32 }, Blip2Architecture.Family.Find("COCO")!.Text);
        Assert.Null(Blip2Architecture.Family.Find("large"));
    }
}
