using CoVR;
using CoVR.Blip;
using CoVR.Data;
using CoVR.Datasets.Synthetic;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Text;
using CoVR.Training.Runs;
using CoVR.Training.Schedules;
using Microsoft.Extensions.DependencyInjection;

namespace CustomBackbone;

/// <summary>Fresh weights for captions, their result for edits, and the finished model for search: three pipelines around the same backbone.</summary>
internal static class Pipelines
{
    public const string Captions = "captions";
    public const string Edits = "edits";

    private const int Width = 96;

    /// <summary>Registers the pipelines.</summary>
    /// <param name="world">What is searched.</param>
    /// <param name="train">Its words are the vocabulary.</param>
    /// <param name="folder">Weights and embeddings.</param>
    /// <param name="steps">How long is trained on captions and on edits.</param>
    public static ServiceProvider Build(SyntheticWorld world, TripletDataset train, string folder, (int Captions, int Edits) steps)
    {
        var (vocabulary, services) = (Vocabulary(train), new ServiceCollection());
        Model(Captions, TrainableWeights.All, null)
            .UseContrastiveLoss<CrossEntropyContrastiveLoss>()
            .UseTrainingTransform((parts, _) => parts.GetRequiredKeyedService<IImageTransform>(Captions))
            .AddTraining(options =>
            {
                Configure(options, steps.Captions);
                options.PixelCacheBytes = 1L << 30;
            });
        Model(Edits, TrainableWeights.Composed, Weights(folder, Captions))
            .UseContrastiveLoss<CrossEntropyContrastiveLoss>()
            .AddLossTerm<QueryToTargetTerm>()
            .AddLossTerm<QueryToCaptionTerm>(0.5)
            .AddTraining(options =>
            {
                Configure(options, steps.Edits);
                options.PrecomputeVisualTokens = true;
            });
        Model("", TrainableWeights.Composed, Weights(folder, Edits)).AddWebVidCoVR(world.Configure);
        return services.BuildServiceProvider(validateScopes: true);

        ICoVRBuilder Model(string name, TrainableWeights trainable, string? checkpoint) => services.AddCoVR(name)
            .UseVisualEncoder<ConvBackbone>()
            .UseFolderGallery(Path.Combine(folder, $"embeddings-{name}"))
            .UseBlip(options =>
            {
                options.Architecture = new BlipArchitecture
                {
                    Text = new BertOptions
                    {
                        VocabularySize = 0,
                        Width = Width,
                        Depth = 2,
                        Heads = 4,
                        FeedForwardWidth = 4 * Width,
                        MaxPositions = 32,
                        Dropout = 0,
                        AttentionDropout = 0,
                        InitializerRange = 0.08,
                    },
                    Dimensions = 64,
                };
                options.Text = new TextInput(TrainingLength: 24, EvaluationLimit: 24, MaxWords: 30);
                options.Name = "conv-blip-32";
                options.Vocabulary = vocabulary;
                options.Trainable = trainable;
                options.TrainVisualEncoder = trainable == TrainableWeights.All;
                options.Checkpoint = checkpoint;
            });
    }

    /// <summary>Where the weights after a stage are.</summary>
    public static string Weights(string folder, string stage) => Path.Combine(folder, $"{stage}.safetensors");

    private static void Configure(TrainingOptions options, int steps)
    {
        options.MaxSteps = steps;
        options.IterateTargets = false;
        options.PadToLongest = true;
        options.LearningRate = 1e-3;
        options.Schedule = TrainingScheduleKind.CosinePerStep;
        options.WarmupSteps = steps / 10;
        (options.Beta2, options.WeightDecay, options.ClipNorm) = (0.98, 0.02, 1);
        options.Seed = 1;
    }

    // A WordPiece vocabulary of whole words: there are some fifty.
    private static string[] Vocabulary(TripletDataset train)
    {
        var cleaner = new CaptionCleaner(30);
        var words = train.Triplets
            .SelectMany(triplet => new[] { triplet.Modification, triplet.TargetCaption! })
            .SelectMany(text => cleaner.Clean(text).Split([' ', ','], StringSplitOptions.RemoveEmptyEntries));
        return ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", ",", .. words.Distinct().Order(StringComparer.Ordinal)];
    }
}
