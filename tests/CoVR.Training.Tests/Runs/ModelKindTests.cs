using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using CoVR.Training.Runs;
using CoVR.Training.Tests.Fakes;

namespace CoVR.Training.Tests.Runs;

/// <summary>Every kind of model that the papers train, in both families: what is frozen stays, what is trained moves, and a stopped run goes on exactly.</summary>
[Collection("torch")]
public sealed class ModelKindTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("blip", "composed", "text_encoder.|text_proj.", "visual_encoder.|vision_proj.")]
    [InlineData("blip", "train_vit", "text_encoder.|text_proj.|visual_encoder.", "vision_proj.")]
    [InlineData("blip", "text", "text_encoder.|text_proj.", "visual_encoder.|vision_proj.|text_encoder.encoder.layer.0.crossattention.")]
    [InlineData("blip", "visual", "visual_encoder.|vision_proj.", "text_encoder.|text_proj.")]
    [InlineData("blip", "average", "text_encoder.|text_proj.", "visual_encoder.|vision_proj.")]
    [InlineData("blip", "late", "fusion.", "visual_encoder.|vision_proj.|text_encoder.|text_proj.")]
    [InlineData("blip2", "composed", "Qformer.|text_proj.|query_tokens", "visual_encoder.|vision_proj.|ln_vision.|Qformer.cls.")]
    [InlineData("blip2", "train_vit", "Qformer.|text_proj.|query_tokens|visual_encoder.", "vision_proj.|ln_vision.|Qformer.cls.")]
    [InlineData("blip2", "text", "Qformer.|text_proj.", "visual_encoder.|vision_proj.|ln_vision.|query_tokens")]
    [InlineData("blip2", "visual", "visual_encoder.|ln_vision.|query_tokens|vision_proj.", "Qformer.|text_proj.")]
    [InlineData("blip2", "average", "Qformer.|text_proj.|query_tokens", "visual_encoder.|vision_proj.|ln_vision.")]
    [InlineData("blip2", "late", "fusion.", "visual_encoder.|vision_proj.|Qformer.|text_proj.|query_tokens")]
    public async Task RunAsync_KindOfModel_TrainsItsSetAndResumesExactly(string family, string kind, string trained, string frozen)
    {
        var parts = kind switch { "text" => QueryParts.Modification, "visual" => QueryParts.Reference, _ => QueryParts.Both };
        Dictionary<string, float[]> before;
        Dictionary<string, float[]> after;
        using (var model = Create(family, kind))
        {
            before = KindModels.Weights(model);
            var result = await new Trainer(KindModels.Options()).RunAsync(KindModels.Run(model, parts), null, Token);
            Assert.Equal(4, result.Steps);
            after = KindModels.Weights(model);
        }

        var changed = KindModels.Changed(before, after);
        Assert.All(trained.Split('|'), prefix => Assert.Contains(changed, name => name.StartsWith(prefix, StringComparison.Ordinal)));
        Assert.All(changed, name => Assert.Contains(trained.Split('|'), prefix => name.StartsWith(prefix, StringComparison.Ordinal)));
        Assert.All(frozen.Split('|'), prefix => Assert.DoesNotContain(changed, name => name.StartsWith(prefix, StringComparison.Ordinal)));

        using (var stopped = Create(family, kind))
        using (var stop = new CancellationTokenSource())
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => new Trainer(KindModels.Options(_folder["run"])).RunAsync(KindModels.Run(stopped, parts), new TinyRuns.StopAt(2, stop), stop.Token));
        }

        using var resumed = Create(family, kind);
        await new Trainer(KindModels.Options(_folder["run"])).RunAsync(KindModels.Run(resumed, parts), null, Token);
        Assert.Equal(after, KindModels.Weights(resumed));
    }

    [Fact]
    public async Task RunAsync_OtherFrozenWeights_AreRefused()
    {
        using (var model = KindModels.Blip())
        using (var stop = new CancellationTokenSource())
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(
                () => new Trainer(KindModels.Options(_folder["run"])).RunAsync(KindModels.Run(model), new TinyRuns.StopAt(1, stop), stop.Token));
        }

        using var state = CoVR.Modeling.Checkpoints.Checkpoint.Open(_folder["run", RunStateFile.FileName]);
        Assert.DoesNotContain(state.Tensors().Keys, name => name.Contains("visual_encoder", StringComparison.Ordinal));
        using var other = KindModels.Blip();
        using (TorchSharp.torch.no_grad())
        using (var weight = other.Module!.state_dict()["visual_encoder.cls_token"].add_(1))
        {
        }

        var error = await Assert.ThrowsAsync<CheckpointException>(
            () => new Trainer(KindModels.Options(_folder["run"])).RunAsync(KindModels.Run(other), null, Token));
        Assert.Contains("frozen weights", error.Message, StringComparison.Ordinal);
    }

    private static ComposedModel Create(string family, string kind)
    {
        QueryFusion? fusion = kind switch { "average" => QueryFusion.Average, "late" => QueryFusion.Late, _ => null };
        var vision = kind == "train_vit";
        return family == "blip"
            ? KindModels.Blip(kind switch { "text" => TrainableWeights.TextOnly, "visual" => TrainableWeights.VisualOnly, _ => TrainableWeights.Composed }, fusion, vision)
            : KindModels.Blip2(kind switch { "text" => TrainableWeights.TextOnly, "visual" => TrainableWeights.VisualOnly, _ => TrainableWeights.Composed }, fusion, vision);
    }
}
