using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip.Tests;

[Collection("torch")]
public sealed class BlipCheckpointTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Checkpoint_OfTheSameModel_GivesTheSameWeights()
    {
        using var source = SmallBlip.Create(SmallBlip.Options());
        using var loaded = SmallBlip.Create(From(Save(State(source))));
        Assert.Equal(source.Description.WeightsSha256, loaded.Description.WeightsSha256);
        Assert.Equal("weights.safetensors", loaded.Description.Source);
    }

    [Fact]
    public void Checkpoint_WithForeignParts_LoadsAndIgnoresThem()
    {
        using var source = SmallBlip.Create(SmallBlip.Options());
        var state = State(source).ToDictionary(entry => "module." + entry.Key, entry => entry.Value);
        state["itm_head.weight"] = zeros(2, 24);
        state["module.visual_encoder_m.cls_token"] = zeros(1, 1, 16);
        state["temp"] = tensor(0.05f);
        state.Remove("module.text_encoder.embeddings.position_ids");
        using var loaded = SmallBlip.Create(From(Save(state)));
        Assert.Equal(source.Description.WeightsSha256, loaded.Description.WeightsSha256);
    }

    [Fact]
    public void Checkpoint_OfAnotherPictureSize_ResizesPositions()
    {
        using var source = SmallBlip.Create(SmallBlip.Options());
        var options = From(Save(State(source)));
        options.Architecture = SmallBlip.Architecture with { Image = ImageInput.Clip(24) };
        using var loaded = SmallBlip.Create(options);
        var positions = source.Module!.state_dict()["visual_encoder.pos_embed"];
        var expected = CheckpointMap.ResizePositions(positions, [1, 37, positions.shape[2]])!;
        NumericAssert.Close(expected, loaded.Module!.state_dict()["visual_encoder.pos_embed"], 1e-6, 0, "positions");
    }

    [Theory]
    [InlineData("blip2-l-coco", "weights of BLIP-2 (BLIP-2 with EVA ViT-g")]
    [InlineData("model_base_retrieval_coco", "the variant 'base', and 'large' is asked for")]
    [InlineData("webvid-covrr", "did you mean 'webvid-covr'")]
    [InlineData("nowhere/webvid-covr.ckpt", "there is no such file")]
    [InlineData(" ", "the name is empty")]
    public void Checkpoint_OfANameThatCannotBe_IsAFaultOfTheOptions(string name, string part)
    {
        var fault = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() =>
            SmallBlip.Create(new ModelOptions { Vocabulary = SmallBlip.Vocabulary, Checkpoint = name }));
        Assert.Contains(part, Assert.Single(fault.Failures), StringComparison.Ordinal);
    }

    [Fact]
    public void Checkpoint_OfAResolver_BringsPathSourceAndLicense()
    {
        using var source = SmallBlip.Create(SmallBlip.Options());
        var options = SmallBlip.Options();
        options.Checkpoint = "mine";
        var resolver = new FixedResolver(new ResolvedCheckpoint(Save(State(source)), "my shelf", "mine alone"));
        using var loaded = SmallBlip.Create(options, new ComposedModelParts { Checkpoints = resolver });
        Assert.Equal(source.Description.WeightsSha256, loaded.Description.WeightsSha256);
        Assert.Equal(("my shelf", "mine alone"), (loaded.Description.Source, loaded.Description.License));
        Assert.Equal(("mine", "blip", ""), resolver.Asked);
    }

    [Fact]
    public void Checkpoint_OfAnotherVocabulary_SaysSoFirst()
    {
        using var source = SmallBlip.Create(SmallBlip.Options());
        var options = From(Save(State(source)));
        options.Vocabulary = [.. SmallBlip.Vocabulary, "unheard"];
        var fault = Assert.Throws<CheckpointException>(() => SmallBlip.Create(options));
        Assert.Contains("The file's vocabulary has 18 words, the model's 19: ", fault.Message.Split('\n')[0], StringComparison.Ordinal);
    }

    [Fact]
    public void Checkpoint_OfAnotherArchitecture_ListsEveryKey()
    {
        using var source = SmallBlip.Create(SmallBlip.Options());
        var options = From(Save(State(source)));
        options.Architecture = SmallBlip.Architecture with
        {
            Dimensions = 9,
            Vision = SmallBlip.Architecture.Vision with { Depth = 4 },
            Text = SmallBlip.Architecture.Text with { Depth = 1 },
        };
        var fault = Assert.Throws<CheckpointException>(() => SmallBlip.Create(options));
        Assert.Equal(12, fault.Missing.Count);
        Assert.All(fault.Missing, key => Assert.StartsWith("visual_encoder.blocks.3.", key, StringComparison.Ordinal));
        Assert.Equal(26, fault.Unexpected.Count);
        Assert.Equal(["text_proj.bias", "text_proj.weight", "vision_proj.bias", "vision_proj.weight"], fault.Misshapen.Select(entry => entry.Key).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Checkpoint_NotStrict_TakesWhatFits()
    {
        using var source = SmallBlip.Create(SmallBlip.Options());
        var state = State(source);
        state.Remove("text_proj.weight");
        var options = From(Save(state));
        (options.StrictCheckpoint, options.Seed) = (false, 99);
        using var loaded = SmallBlip.Create(options);
        NumericAssert.Close(state["vision_proj.weight"], loaded.Module!.state_dict()["vision_proj.weight"], 0, 0, "vision_proj");
        Assert.True(loaded.Module.state_dict()["text_proj.weight"].isfinite().all().item<bool>());
    }

    [Fact]
    public void Checkpoint_ThatIsNotThere_IsAFaultOfTheOptions()
    {
        var fault = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => SmallBlip.Create(From(_folder["none.pth"])));
        Assert.Contains("none.pth", fault.Message, StringComparison.Ordinal);
    }

    private static ModelOptions From(string path)
    {
        var options = SmallBlip.Options();
        (options.Checkpoint, options.Seed) = (path, 8);
        return options;
    }

    private static Dictionary<string, Tensor> State(ComposedModel model) => model.Module!.state_dict();

    private string Save(Dictionary<string, Tensor> state)
    {
        var path = _folder["weights.safetensors"];
        Checkpoint.WriteSafetensors(path, state);
        return path;
    }

    private sealed class FixedResolver(ResolvedCheckpoint checkpoint) : ICheckpointResolver
    {
        public (string Name, string Family, string Variant) Asked { get; private set; }

        public string? FindFault(string name, string family = "", string variant = "") => null;

        public ValueTask<ResolvedCheckpoint> ResolveAsync(string name, string family = "", string variant = "", CancellationToken cancellationToken = default)
        {
            Asked = (name, family, variant);
            return ValueTask.FromResult(checkpoint);
        }
    }
}
