using System.Text.RegularExpressions;
using CoVR.Blip;
using CoVR.Construction;
using CoVR.Data;
using CoVR.Losses;
using CoVR.Media.Sampling;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.Training.Runs;
using CoVR.Training.Schedules;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Benchmarks.Teach;

/// <summary>The small BLIP of the quick start, in the pipelines of both stages.</summary>
/// <param name="data">World and work folder.</param>
internal sealed partial class TeachModel(TeachData data)
{
    private static readonly BlipArchitecture Architecture = new()
    {
        Image = ImageInput.Clip(32),
        Vision = new VisionTransformerOptions { PatchSize = 8, Width = 96, Depth = 3, Heads = 4, FeedForwardWidth = 384, DropPath = 0, ConvolutionalStem = true, SinCosPositions = true, PositionWavelength = 20, InitializerRange = 0.08, CheckpointedBlocks = 0 },
        Text = new BertOptions { VocabularySize = 0, Width = 96, Depth = 2, Heads = 4, FeedForwardWidth = 384, MaxPositions = 32, Dropout = 0, AttentionDropout = 0, InitializerRange = 0.08 },
        Dimensions = 64,
    };

    private string Weights => data.Path("pretrained.safetensors");

    /// <summary>Whether stage 1 is done.</summary>
    public bool IsPretrained => File.Exists(Weights);

    /// <summary>Stage 1: all weights, pictures against captions; then every picture is embedded.</summary>
    public async Task PretrainAsync()
    {
        var services = new ServiceCollection();
        services.AddCoVR().UseBlip(options =>
        {
            Configure(options, null);
            (options.Seed, options.Trainable, options.TrainVisualEncoder) = ((ulong)data.Seed, TrainableWeights.All, true);
        })
        .UseContrastiveLoss<CrossEntropyContrastiveLoss>()
        .UseTrainingTransform((parts, _) => parts.GetRequiredKeyedService<IImageTransform>(""))
        .AddTraining(options =>
        {
            Configure(options, data.Size.Pretraining, "pretraining");
            options.PixelCacheBytes = 1L << 30;
        });
        await using var provider = services.BuildServiceProvider();
        await provider.GetRequiredService<Trainer>().PretrainAsync(new TrainingPlan { Dataset = data.Train, Locate = data.Reader.Locate, Sampler = TeachSampler.OfCaptions(data) });
        var model = await provider.GetRequiredService<IModelProvider>().GetAsync();
        Modeling.Checkpoints.Checkpoint.WriteSafetensors(Weights + ".part", model.Module!.state_dict());
        File.Move(Weights + ".part", Weights);
    }

    /// <summary>Stage 2: the text encoder, references and edits against targets. The visual encoder is frozen.</summary>
    /// <param name="name">The name of the data set.</param>
    /// <param name="triplets">Its triplets.</param>
    /// <returns>The pipeline with the trained model, and embeddings of every picture; the caller disposes it.</returns>
    public async Task<ServiceProvider> ComposeAsync(string name, TripletDataset triplets)
    {
        var services = new ServiceCollection();
        services.AddCoVR().UseBlip(options => Configure(options, Weights))
            .UseFrameSampler(FrameSamplers.Middle)
            .UseFolderGallery(data.Path("embeddings"))
            .UseContrastiveLoss<CrossEntropyContrastiveLoss>()
            .AddLossTerm<QueryToTargetTerm>()
            .AddLossTerm<QueryToCaptionTerm>(0.5)
            .AddTraining(options =>
            {
                Configure(options, data.Size.Composition, name);
                options.PrecomputeVisualTokens = true;
            });
        var provider = services.BuildServiceProvider();
        var media = triplets.Triplets.Select(triplet => triplet.Target!.Value).Concat(data.Test.Candidates).Distinct();
        await foreach (var outcome in provider.GetRequiredService<IEmbeddingJob>().EmbedAsync([.. media.Select(id => new MediaItem(id, data.Reader.Locate(id)))]))
        {
            if (outcome.Failure is { } failure)
            {
                throw failure;
            }
        }

        await provider.GetRequiredService<Trainer>().TrainAsync(new TrainingPlan { Dataset = triplets, Locate = data.Reader.Locate, Sampler = TeachSampler.OfEdits(data, triplets) });
        return provider;
    }

    private void Configure(ModelOptions options, string? checkpoint)
    {
        (options.Name, options.Architecture, options.Checkpoint) = ("taught-blip-32", Architecture, checkpoint);
        options.Text = new TextInput(TrainingLength: 24, EvaluationLimit: 24, MaxWords: 30);
        options.Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", .. data.Train.Triplets
            .SelectMany(triplet => new[] { triplet.Modification, triplet.TargetCaption! }).Concat(TemplateEditWriter.PaperTemplates)
            .SelectMany(text => Word().Matches(text.ToLowerInvariant()).Select(match => match.Value)).Distinct().Order(StringComparer.Ordinal)];
    }

    private void Configure(TrainingOptions options, int steps, string folder)
    {
        (options.MaxSteps, options.LearningRate, options.Schedule, options.WarmupSteps) = (steps, 1e-3, TrainingScheduleKind.CosinePerStep, Math.Min(60, steps / 4));
        (options.Beta2, options.WeightDecay, options.ClipNorm, options.PadToLongest) = (0.98, 0.02, 1, true);
        (options.TargetPooling, options.Seed, options.OutputFolder, options.SaveEverySteps) = (TargetFramePooling.Gallery, data.Seed, data.Path(folder), 200);
    }

    [GeneratedRegex(@"\w+|[^\w\s]")]
    private static partial Regex Word();
}
