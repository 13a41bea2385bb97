using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip2.Tests;

[Collection("torch")]
public sealed class Blip2CheckpointTests : IDisposable
{
    private const string Words = "Qformer.bert.embeddings.word_embeddings.weight";
    private const string Decoder = "Qformer.cls.predictions.decoder.weight";
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
        using var source = SmallBlip2.Create(SmallBlip2.Options());
        using var loaded = SmallBlip2.Create(From(Save(State(source))));
        Assert.Equal(source.Description.WeightsSha256, loaded.Description.WeightsSha256);
    }

    [Fact]
    public void Checkpoint_WithForeignPartsAndPrefixes_LoadsAndIgnoresThem()
    {
        using var source = SmallBlip2.Create(SmallBlip2.Options());
        var state = State(source).ToDictionary(entry => "module." + entry.Key, entry => entry.Value);
        state["itm_head.weight"] = zeros(2, 24);
        state["temp"] = tensor(0.05f);
        state.Remove("module.Qformer.bert.embeddings.position_ids");
        using var loaded = SmallBlip2.Create(From(Save(state)));
        Assert.Equal(source.Description.WeightsSha256, loaded.Description.WeightsSha256);
    }

    [Theory]
    [InlineData(Words)]
    [InlineData(Decoder)]
    public void Checkpoint_WithOneNameOfATiedTensor_IsEnough(string dropped)
    {
        using var source = SmallBlip2.Create(SmallBlip2.Options());
        var state = State(source);
        state.Remove(dropped);
        using var loaded = SmallBlip2.Create(From(Save(state)));
        Assert.Equal(source.Description.WeightsSha256, loaded.Description.WeightsSha256);
    }

    [Fact]
    public void Checkpoint_WithoutEitherName_ListsBoth()
    {
        using var source = SmallBlip2.Create(SmallBlip2.Options());
        var state = State(source);
        state.Remove(Words);
        state.Remove(Decoder);
        var fault = Assert.Throws<CheckpointException>(() => SmallBlip2.Create(From(Save(state))));
        Assert.Equal([Words, Decoder], fault.Missing);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Checkpoint_WithTwoValuesOfATiedTensor_TakesTheHeads(bool headFirst)
    {
        using var source = SmallBlip2.Create(SmallBlip2.Options());
        var state = State(source);
        state[Words] = zeros_like(state[Words]);
        var ordered = headFirst ? state.Reverse().ToDictionary() : state;
        using var loaded = SmallBlip2.Create(From(Save(ordered)));
        NumericAssert.Close(state[Decoder], State(loaded)[Words], 0, 0, "word embeddings");
    }

    [Fact]
    public void Checkpoint_OfAnotherPictureSize_ResizesPositions()
    {
        using var source = SmallBlip2.Create(SmallBlip2.Options());
        var options = From(Save(State(source)));
        options.Architecture = SmallBlip2.Architecture with { Image = ImageInput.Clip(24) };
        using var loaded = SmallBlip2.Create(options);
        var positions = State(source)["visual_encoder.pos_embed"];
        var expected = CheckpointMap.ResizePositions(positions, [1, 37, positions.shape[2]])!;
        NumericAssert.Close(expected, State(loaded)["visual_encoder.pos_embed"], 1e-6, 0, "positions");
    }

    [Fact]
    public void TargetCheckpoint_OfOtherWeights_EmbedsTargetsAsThoseDo()
    {
        using var noGrad = no_grad();
        using var first = SmallBlip2.Create(SmallBlip2.Options());
        var trained = State(first).ToDictionary(entry => entry.Key, entry => entry.Value.clone());
        foreach (var (key, tensor) in trained.Where(entry => entry.Key.StartsWith("Qformer.", StringComparison.Ordinal) && entry.Value.is_floating_point()))
        {
            tensor.add_(0.1f);
        }

        var (targets, queries) = (Save(State(first), "first.pth"), Save(trained, "trained.pth"));
        using var plain = SmallBlip2.Create(From(queries));
        var options = From(queries);
        options.TargetCheckpoint = targets;
        using var split = SmallBlip2.Create(options);
        var visual = split.Encoder.EncodeVisual(SmallBlip2.Pixels(2));
        var text = split.TokenizeForEvaluation(["red", "blue"]);
        NumericAssert.Close(first.Encoder.EncodeTarget(visual), split.Encoder.EncodeTarget(visual), 0, 0, "targets");
        NumericAssert.Close(plain.Encoder.EncodeQuery(visual, text), split.Encoder.EncodeQuery(visual, text), 0, 0, "queries");
        NumericAssert.Close(
            plain.Encoder.EncodeQuery(visual, null, QueryParts.Reference), split.Encoder.EncodeQuery(visual, null, QueryParts.Reference), 0, 0, "references");
        Assert.False(first.Encoder.EncodeTarget(visual).allclose(plain.Encoder.EncodeTarget(visual)));
        Assert.Equal(first.Description.WeightsSha256, split.Description.WeightsSha256);
        Assert.Equal(State(plain).Keys.Order(), State(split).Keys.Order());
    }

    [Fact]
    public void TargetCheckpoint_ThatIsNotThere_IsAFaultOfTheOptions()
    {
        var options = SmallBlip2.Options();
        options.TargetCheckpoint = _folder["none.pth"];
        Assert.Contains("none.pth", Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(() => SmallBlip2.Create(options)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void TargetCheckpoint_OfAReleasedName_IsResolvedLikeTheCheckpoint()
    {
        using var first = SmallBlip2.Create(SmallBlip2.Options());
        var resolver = new OneFile("blip2-l-coco", Save(State(first), "released.pth"));
        var options = SmallBlip2.Options();
        options.TargetCheckpoint = "blip2-l-coco";
        using var model = SmallBlip2.Create(options, new ComposedModelParts { Checkpoints = resolver });
        Assert.Equal(("blip2-l-coco", "blip2", ""), Assert.Single(resolver.Asked));
    }

    private sealed class OneFile(string name, string path) : ICheckpointResolver
    {
        public List<(string Name, string Family, string Variant)> Asked { get; } = [];

        public string? FindFault(string asked, string family = "", string variant = "") => asked == name ? null : "unknown";

        public ValueTask<ResolvedCheckpoint> ResolveAsync(string asked, string family = "", string variant = "", CancellationToken cancellationToken = default)
        {
            Asked.Add((asked, family, variant));
            return ValueTask.FromResult(new ResolvedCheckpoint(path));
        }
    }

    private static ModelOptions From(string path)
    {
        var options = SmallBlip2.Options();
        (options.Checkpoint, options.Seed) = (path, 8);
        return options;
    }

    private static Dictionary<string, Tensor> State(ComposedModel model) => model.Module!.state_dict();

    private string Save(Dictionary<string, Tensor> state, string name = "weights.pth")
    {
        var path = _folder[name];
        Checkpoint.WritePth(path, state.ToDictionary(entry => entry.Key, entry => (object?)entry.Value));
        return path;
    }
}
