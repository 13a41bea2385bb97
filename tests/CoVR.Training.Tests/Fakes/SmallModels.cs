using CoVR.Blip;
using CoVR.Blip2;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Fakes;

/// <summary>Models of both families with a few thousand weights.</summary>
internal static class SmallModels
{
    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "blue", "circle", "square", "make", "it", "number", "on", "the", "left", .. Enumerable.Range(0, 48).Select(number => $"{number}")];

    /// <summary>Weights are larger than fresh ones, which tell texts hardly apart: gradients would be sums that cancel to nothing.</summary>
    internal static ComposedModel Create(string family, double dropout, bool trainVision = true)
    {
        var model = family == "blip" ? Blip(dropout, trainVision) : Blip2(dropout, trainVision);
        using var _ = no_grad();
        using var scope = NewDisposeScope();
        foreach (var parameter in model.Module!.parameters().Where(parameter => parameter.dim() == 2))
        {
            parameter.mul_(6);
        }

        return model;
    }

    private static ComposedModel Blip(double dropout, bool trainVision) => TestModels.Create(pipeline => pipeline.UseBlip(options =>
    {
        options.Architecture = new BlipArchitecture
        {
            Image = ImageInput.Clip(TinyEncoder.Size),
            Dimensions = 8,
            Vision = new VisionTransformerOptions { PatchSize = 2, Width = 24, Depth = 2, Heads = 2, FeedForwardWidth = 48, DropPath = dropout, CheckpointedBlocks = 1 },
            Text = Small(new BertOptions(), dropout) with { Heads = 2 },
        };
        options.Vocabulary = Vocabulary;
        options.Trainable = trainVision ? TrainableWeights.All : TrainableWeights.Composed;
        options.TrainVisualEncoder = trainVision;
        options.Seed = 7;
    }));

    private static ComposedModel Blip2(double dropout, bool trainVision) => TestModels.Create(pipeline => pipeline.UseBlip2(options =>
    {
        options.Architecture = new Blip2Architecture
        {
            Image = ImageInput.Clip(TinyEncoder.Size),
            Dimensions = 8,
            Queries = 2,
            Vision = new Blip2Architecture().Vision with { PatchSize = 2, Width = 16, Depth = 2, Heads = 2, FeedForwardWidth = 32, DropPath = dropout, CheckpointedBlocks = 1 },
            Text = Small(new Blip2Architecture().Text, dropout) with { Heads = 3 },
        };
        options.Vocabulary = Vocabulary;
        options.Trainable = trainVision ? TrainableWeights.All : TrainableWeights.Composed;
        options.TrainVisualEncoder = trainVision;
        options.Seed = 7;
    }));

    private static BertOptions Small(BertOptions bert, double dropout) => bert with
    {
        VocabularySize = 0,
        Width = 24,
        Depth = 2,
        FeedForwardWidth = 48,
        MaxPositions = 40,
        Dropout = dropout,
        AttentionDropout = dropout,
    };
}
