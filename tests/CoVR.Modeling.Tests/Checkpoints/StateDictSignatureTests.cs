using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Checkpoints;

/// <summary>Weights of the wrong kind are named in one sentence; the keys and shapes are those of the full-size models.</summary>
[Collection("torch")]
public sealed class StateDictSignatureTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("blip", "blip2", "The file holds BLIP, but the model is BLIP-2: ")]
    [InlineData("blip2", "blip", "The file holds BLIP-2, but the model is BLIP: ")]
    [InlineData("clip", "blip2", "The file's visual encoder is CLIP's ViT, 1024 wide, but the model's is EVA's ViT, 1408 wide, 39 blocks: ")]
    [InlineData("base", "blip", "The file's visual encoder is a ViT, 768 wide, 12 blocks, but the model's is a ViT, 1024 wide, 24 blocks: ")]
    [InlineData("transformers", "blip2", "The file holds weights in the transformers library's names")]
    [InlineData("eva", "blip2", "The file holds a visual encoder alone")]
    public void Misfit_OfOtherWeights_SaysWhichInOneSentence(string file, string model, string beginning)
    {
        var misfit = StateDictSignature.Of(Shapes(file)).Misfit(StateDictSignature.Of(Shapes(model)));

        Assert.StartsWith(beginning, misfit, StringComparison.Ordinal);
        Assert.EndsWith(".", misfit, StringComparison.Ordinal);
    }

    [Fact]
    public void Misfit_OfAnotherVocabularyOrSize_SaysBoth()
    {
        var model = StateDictSignature.Of(Shapes("blip"));

        Assert.Null(model.Misfit(model));
        Assert.Contains("has 21128 words, but the model's has 30524", (model with { Words = 21128 }).Misfit(model), StringComparison.Ordinal);
        Assert.Contains("for pictures of 224 pixels, but the model is for 384", (model with { ImageSize = 224 }).Misfit(model), StringComparison.Ordinal);
        Assert.Equal(384, model.ImageSize);
        Assert.Equal(364, StateDictSignature.Of(Shapes("blip2")).ImageSize);
    }

    [Fact]
    public void Load_OfAnotherFamily_SaysSoInTheFirstLine()
    {
        SafetensorsWriter.Write(_folder["x.safetensors"], new Dictionary<string, Tensor> { ["query_tokens"] = zeros(1, 32, 8), ["Qformer.cls.bias"] = zeros(2) });
        using var module = new TinyBlip();

        var error = Assert.Throws<CheckpointException>(() => Checkpoint.Load(module, _folder["x.safetensors"]));

        var line = error.Message.Split('\n')[0];
        Assert.Contains("the weights do not fit the model. The file holds BLIP-2, but the model is BLIP: use weights of its family", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Load_OfADamagedFile_SaysWhetherTheModelWasChanged(bool verifyFirst)
    {
        PthWriter.Write(_folder["x.pth"], new Dictionary<string, object?> { ["text_encoder"] = ones(2000) });
        var bytes = File.ReadAllBytes(_folder["x.pth"]);
        bytes[4000] ^= 1;
        File.WriteAllBytes(_folder["x.pth"], bytes);
        using var module = new Holder();

        var error = Assert.Throws<CheckpointException>(() => Checkpoint.Load(module, _folder["x.pth"], verifyFirst: verifyFirst));

        Assert.Contains("checksum", error.Reason, StringComparison.Ordinal);
        Assert.Equal(!verifyFirst, error.Reason.Contains("discard the model", StringComparison.Ordinal));
        Assert.Equal(verifyFirst, module.state_dict()["text_encoder"].abs().sum().item<float>() == 0);
    }

    private static Dictionary<string, IReadOnlyList<long>> Shapes(string model) => model switch
    {
        "blip" => new()
        {
            ["visual_encoder.patch_embed.proj.weight"] = [1024, 3, 16, 16],
            ["visual_encoder.pos_embed"] = [1, 577, 1024],
            ["visual_encoder.blocks.0.attn.qkv.weight"] = [3072, 1024],
            ["visual_encoder.blocks.23.norm1.weight"] = [1024],
            ["text_encoder.embeddings.word_embeddings.weight"] = [30524, 768],
        },
        "base" => new()
        {
            ["visual_encoder.patch_embed.proj.weight"] = [768, 3, 16, 16],
            ["visual_encoder.pos_embed"] = [1, 577, 768],
            ["visual_encoder.blocks.0.attn.qkv.weight"] = [2304, 768],
            ["visual_encoder.blocks.11.norm1.weight"] = [768],
            ["text_encoder.embeddings.word_embeddings.weight"] = [30524, 768],
        },
        "blip2" => new()
        {
            ["query_tokens"] = [1, 32, 768],
            ["visual_encoder.patch_embed.proj.weight"] = [1408, 3, 14, 14],
            ["visual_encoder.pos_embed"] = [1, 677, 1408],
            ["visual_encoder.blocks.0.attn.q_bias"] = [1408],
            ["visual_encoder.blocks.38.norm1.weight"] = [1408],
            ["Qformer.bert.embeddings.word_embeddings.weight"] = [30523, 768],
        },
        "clip" => new()
        {
            ["query_tokens"] = [1, 32, 768],
            ["visual_encoder.conv1.weight"] = [1024, 3, 14, 14],
            ["visual_encoder.positional_embedding"] = [257, 1024],
            ["visual_encoder.class_embedding"] = [1024],
            ["Qformer.bert.embeddings.word_embeddings.weight"] = [30523, 768],
        },
        "transformers" => new() { ["vision_model.embeddings.class_embedding"] = [1, 1, 1408] },
        _ => new() { ["patch_embed.proj.weight"] = [1408, 3, 14, 14], ["blocks.0.attn.q_bias"] = [1408] },
    };

    private sealed class Holder : nn.Module
    {
        public Holder()
            : base(nameof(Holder)) => register_buffer("text_encoder", zeros(2000));
    }

    private sealed class TinyBlip : nn.Module
    {
        public TinyBlip()
            : base(nameof(TinyBlip)) => register_module("text_encoder", nn.Linear(2, 2));
    }
}
