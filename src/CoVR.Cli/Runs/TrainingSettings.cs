using CoVR.Datasets;
using CoVR.Reproduction.Configuration;
using CoVR.Training.Runs;
using CoVR.Training.Schedules;
using static TorchSharp.torch;

namespace CoVR.Cli.Runs;

/// <summary>Reads the trainer's options from the groups <c>trainer</c>, <c>data</c>, <c>model/optimizer</c> and <c>model/scheduler</c>.</summary>
/// <param name="config">The configuration.</param>
internal sealed class TrainingSettings(ComposedConfiguration config)
{
    /// <summary>The values of <c>emb_pool</c>.</summary>
    public static readonly Dictionary<string, TargetFramePooling> Poolings = new(StringComparer.Ordinal)
    {
        ["query"] = TargetFramePooling.Query,
        ["mean"] = TargetFramePooling.Mean,
        ["middle"] = TargetFramePooling.Middle,
    };

    private static readonly Dictionary<string, TrainingScheduleKind> Schedules = new(StringComparer.Ordinal)
    {
        ["CosineSchedule"] = TrainingScheduleKind.CosinePerEpoch,
        ["StepSchedule"] = TrainingScheduleKind.StepPerEpoch,
    };

    private static readonly Dictionary<string, bool> Optimizers = new(StringComparer.Ordinal) { ["AdamW"] = true };

    /// <summary>Fills the options.</summary>
    /// <param name="options">The options.</param>
    /// <param name="model">The model of the configuration.</param>
    /// <param name="fresh">Whether an earlier run in the same folder is replaced.</param>
    /// <exception cref="ConfigurationException">A value does not fit.</exception>
    public void Configure(TrainingOptions options, ConfiguredModel model, bool fresh)
    {
        ConfigTarget.Of(config, "model.optimizer", Optimizers);
        var (run, batches) = (RunValues.Of(config), config.Bind<BatchValues>("data"));
        options.OutputFolder = config.OutputFolder;
        options.Resume = !fresh;
        options.Seed = run.Seed;
        options.SkipUnreadable = run.MissingMedia != MissingMediaPolicy.Strict;
        options.BatchSize = batches.BatchSize;
        options.Workers = Math.Max(1, batches.NumWorkers);
        options.WeightsExtension = ".ckpt";
        options.Parts = model.Parts;
        ConfigureTrainer(options);
        ConfigureItems(options, ItemSection());
        ConfigureOptimizer(options);
        ConfigureSchedule(options);
    }

    private void ConfigureTrainer(TrainingOptions options)
    {
        var trainer = config.Bind<TrainerValues>("trainer");
        options.Epochs = trainer.MaxEpochs;
        options.Precision = trainer.Precision;
        options.KeepAllCheckpoints = trainer.SaveCkpt;
        options.AccumulatedBatches = trainer.AccumulateBatches;
        options.ChunkSize = trainer.ChunkSize;
        options.KeepVisualTokens = trainer.KeepVisualTokens;
        options.ClipNorm = trainer.ClipNorm;
        options.SaveEverySteps = trainer.SaveEverySteps;
    }

    private void ConfigureItems(TrainingOptions options, string section)
    {
        var items = config.Bind<ItemValues>(section);
        options.IterateTargets = items.Iterate;
        options.QueryFrames = items.VidQueryMethod;
        options.QueryFrameCount = items.VidQueryMethod == QueryFrameMethod.Sample ? config.Whole($"{section}.vid_frames", 1) : 1;
        options.TargetPooling = items.EmbPool;
        options.TargetFrames = items.NEmbs;
    }

    private void ConfigureOptimizer(TrainingOptions options)
    {
        var optimizer = config.Bind<OptimizerValues>("model.optimizer");
        options.LearningRate = optimizer.Lr;
        options.WeightDecay = optimizer.WeightDecay;
        options.Epsilon = optimizer.Eps;
        options.DecayBiasesAndNorms = optimizer.DecayBiasesAndNorms;
        if (optimizer.Betas is { } betas)
        {
            (options.Beta1, options.Beta2) = betas is [var first, var second]
                ? (first, second)
                : throw config.Fault("model.optimizer.betas", "'model.optimizer.betas' must be a list of two numbers: [0.9, 0.999].");
        }
    }

    private void ConfigureSchedule(TrainingOptions options)
    {
        // As in the reference, the schedule sets the rate of every epoch, so that its own initial rate wins.
        var scheduler = config.Bind<SchedulerValues>("model.scheduler");
        options.Schedule = ConfigTarget.Of(config, "model.scheduler", Schedules);
        options.LearningRate = scheduler.InitLr ?? options.LearningRate;
        options.MinimumLearningRate = scheduler.MinLr;
        options.WarmupSteps = scheduler.WarmupSteps;
        if ((scheduler.MaxEpochs ?? options.Epochs) != options.Epochs)
        {
            throw config.Fault("model.scheduler.max_epochs", "'model.scheduler.max_epochs' must equal trainer.max_epochs: the schedule covers the epochs that are trained.");
        }

        if (options.Schedule == TrainingScheduleKind.StepPerEpoch)
        {
            options.StepFactor = config.Number("model.scheduler.decay_rate");
        }
    }

    // The section that says how rows become items: the data, or of merged sets the first that says anything about it.
    private string ItemSection()
    {
        string[] keys = ["iterate", "vid_query_method", "vid_frames", "emb_pool", "n_embs"];
        return config.Find("data.iterate") is not null ? "data"
            : config.Names("data").Where(name => name.StartsWith("dataset-", StringComparison.Ordinal)).Select(name => $"data.{name}")
                .FirstOrDefault(part => keys.Any(key => config.Find($"{part}.{key}") is not null)) ?? "data";
    }

    private sealed record BatchValues(int BatchSize, int NumWorkers = 2);

    private sealed record TrainerValues(
        int MaxEpochs, ScalarType Precision = ScalarType.Float32, bool SaveCkpt = true, int AccumulateBatches = 1,
        int? ChunkSize = null, bool KeepVisualTokens = false, double? ClipNorm = null, long? SaveEverySteps = null)
    {
        public static readonly Dictionary<string, bool> SaveCkptNames = new(StringComparer.Ordinal) { ["all"] = true, ["last"] = false };

        public static readonly Dictionary<string, ScalarType> PrecisionNames = new(StringComparer.Ordinal)
        {
            ["32-true"] = ScalarType.Float32,
            ["32"] = ScalarType.Float32,
            ["bf16-mixed"] = ScalarType.BFloat16,
            ["16-mixed"] = ScalarType.Float16,
        };
    }

    private sealed record ItemValues(
        bool Iterate = true, QueryFrameMethod VidQueryMethod = QueryFrameMethod.Middle, TargetFramePooling EmbPool = TargetFramePooling.Query, int NEmbs = 15)
    {
        public static readonly Dictionary<string, bool> IterateNames = new(StringComparer.Ordinal) { ["pth2"] = true, ["idx"] = false, ["triplets"] = false };

        public static readonly Dictionary<string, TargetFramePooling> EmbPoolNames = Poolings;
    }

    private sealed record OptimizerValues(
        double Lr, double WeightDecay = 0.01, double Eps = 1e-8, IReadOnlyList<double>? Betas = null, bool DecayBiasesAndNorms = true);

    private sealed record SchedulerValues(double? InitLr = null, double MinLr = 0, int? MaxEpochs = null, int WarmupSteps = 0);
}
