using CoVR.DependencyInjection;
using CoVR.Reproduction.Configuration;
using CoVR.Training.Batches;
using CoVR.Training.Runs;
using CoVR.Training.Schedules;
using static TorchSharp.torch;

namespace CoVR.Cli.Runs;

/// <summary>Reads the trainer's options from the groups <c>trainer</c>, <c>data</c>, <c>model/optimizer</c> and <c>model/scheduler</c>.</summary>
/// <param name="config">The configuration.</param>
internal sealed class TrainingSettings(ComposedConfiguration config)
{
    private static readonly Dictionary<string, bool> IteratesTargets = new(StringComparer.Ordinal) { ["pth2"] = true, ["idx"] = false, ["triplets"] = false };

    private static readonly Dictionary<string, QueryFrameMethod> FrameMethods = new(StringComparer.Ordinal)
    {
        ["middle"] = QueryFrameMethod.Middle,
        ["random"] = QueryFrameMethod.Random,
        ["sample"] = QueryFrameMethod.Sample,
    };

    private static readonly Dictionary<string, TargetFramePooling> Poolings = new(StringComparer.Ordinal)
    {
        ["query"] = TargetFramePooling.Query,
        ["mean"] = TargetFramePooling.Mean,
        ["middle"] = TargetFramePooling.Middle,
    };

    private static readonly Dictionary<string, bool> KeepsAllCheckpoints = new(StringComparer.Ordinal) { ["all"] = true, ["last"] = false };

    private static readonly Dictionary<string, ScalarType> Precisions = new(StringComparer.Ordinal)
    {
        ["32-true"] = ScalarType.Float32,
        ["32"] = ScalarType.Float32,
        ["bf16-mixed"] = ScalarType.BFloat16,
        ["16-mixed"] = ScalarType.Float16,
    };

    private static readonly Dictionary<string, TrainingScheduleKind> Schedules = new(StringComparer.Ordinal)
    {
        ["CosineSchedule"] = TrainingScheduleKind.CosinePerEpoch,
        ["StepSchedule"] = TrainingScheduleKind.StepPerEpoch,
    };

    private static readonly Dictionary<string, bool> Optimizers = new(StringComparer.Ordinal) { ["AdamW"] = true };

    /// <summary>The section of the data; of merged sets the first that has these settings.</summary>
    private string Data => config.Find("data.iterate") is null && config.Names("data").FirstOrDefault(name => name.StartsWith("dataset-", StringComparison.Ordinal)) is { } first
        ? Settled(first) : "data";

    /// <summary>Fills the options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="model">The model of the configuration.</param>
    /// <param name="fresh">Whether an earlier run in the same folder is replaced.</param>
    /// <exception cref="ConfigurationException">A value does not fit.</exception>
    public void Configure(TrainingOptions options, ConfiguredModel model, bool fresh)
    {
        ConfigTarget.Of(config, "model.optimizer", Optimizers);
        options.OutputFolder = config.OutputFolder;
        options.Resume = !fresh;
        options.Seed = config.Whole("seed", 1234);
        options.Epochs = config.Whole("trainer.max_epochs");
        options.BatchSize = config.Whole("data.batch_size");
        options.Workers = Math.Max(1, config.Whole("data.num_workers", 2));
        options.Precision = config.OneOf("trainer.precision", Precisions, "32-true");
        options.KeepAllCheckpoints = config.OneOf("trainer.save_ckpt", KeepsAllCheckpoints, "all");
        options.WeightsExtension = ".ckpt";
        options.Parts = model.Parts;
        ConfigureData(options);
        ConfigureOptimizer(options);
        ConfigureOurs(options);
    }

    private void ConfigureData(TrainingOptions options)
    {
        var data = Data;
        options.IterateTargets = config.OneOf($"{data}.iterate", IteratesTargets, "pth2");
        options.QueryFrames = config.OneOf($"{data}.vid_query_method", FrameMethods, "middle");
        options.QueryFrameCount = options.QueryFrames == QueryFrameMethod.Sample ? config.Whole($"{data}.vid_frames", 1) : 1;
        options.TargetPooling = config.OneOf($"{data}.emb_pool", Poolings, "query");
        options.TargetFrames = config.Whole($"{data}.n_embs", 15);
        options.SkipUnreadable = config.TextOrNull("missing_media") is not "strict";
    }

    private void ConfigureOptimizer(TrainingOptions options)
    {
        // As in the reference, the schedule sets the rate of every epoch, so that its own initial rate wins.
        options.LearningRate = config.Number("model.scheduler.init_lr", config.Number("model.optimizer.lr"));
        options.WeightDecay = config.Number("model.optimizer.weight_decay", 0.01);
        options.Epsilon = config.Number("model.optimizer.eps", 1e-8);
        if (config.Find("model.optimizer.betas") is { } betas)
        {
            (options.Beta1, options.Beta2) = betas is IReadOnlyList<object?> and [double first, double second]
                ? (first, second)
                : throw config.Fault("model.optimizer.betas", "'model.optimizer.betas' must be a list of two numbers: [0.9, 0.999].");
        }

        options.Schedule = ConfigTarget.Of(config, "model.scheduler", Schedules);
        options.MinimumLearningRate = config.Number("model.scheduler.min_lr", 0);
        if (config.Whole("model.scheduler.max_epochs", options.Epochs) != options.Epochs)
        {
            throw config.Fault("model.scheduler.max_epochs", "'model.scheduler.max_epochs' must equal trainer.max_epochs: the schedule covers the epochs that are trained.");
        }

        if (options.Schedule == TrainingScheduleKind.StepPerEpoch)
        {
            options.StepFactor = config.Number("model.scheduler.decay_rate");
        }
    }

    // Settings that the reference does not have.
    private void ConfigureOurs(TrainingOptions options)
    {
        options.DecayBiasesAndNorms = config.Flag("model.optimizer.decay_biases_and_norms", true);
        options.WarmupSteps = config.Whole("model.scheduler.warmup_steps", 0);
        options.AccumulatedBatches = config.Whole("trainer.accumulate_batches", 1);
        options.ChunkSize = IsSet("trainer.chunk_size") ? config.Whole("trainer.chunk_size") : null;
        options.KeepVisualTokens = config.Flag("trainer.keep_visual_tokens", false);
        options.ClipNorm = IsSet("trainer.clip_norm") ? config.Number("trainer.clip_norm") : null;
        options.SaveEverySteps = IsSet("trainer.save_every_steps") ? config.Whole("trainer.save_every_steps") : null;
    }

    private bool IsSet(string path) => config.Find(path) is not null;

    private string Settled(string first)
    {
        string[] names = ["iterate", "vid_query_method", "vid_frames", "emb_pool", "n_embs"];
        return config.Names("data").Where(name => name.StartsWith("dataset-", StringComparison.Ordinal))
            .FirstOrDefault(part => names.Any(name => config.Find($"data.{part}.{name}") is not null)) is { } telling ? $"data.{telling}" : $"data.{first}";
    }
}
