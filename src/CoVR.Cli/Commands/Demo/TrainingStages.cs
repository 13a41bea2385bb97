using CoVR.Cli.Reporting;
using CoVR.Data;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Schedules;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Demo;

/// <summary>Both stages of training: pictures with captions, then references with edits.</summary>
/// <param name="services">The pipelines.</param>
/// <param name="reader">The world.</param>
/// <param name="train">Its training split.</param>
/// <param name="plan">How long.</param>
/// <param name="work">Where run states and weights go.</param>
/// <param name="report">Shows progress.</param>
internal sealed class TrainingStages(
    IServiceProvider services, ITripletDatasetReader reader, TripletDataset train, DemoPlan plan, WorkFolder work, ConsoleProgress report)
{
    /// <summary>The name of the first stage and its pipeline.</summary>
    public const string Pretraining = "pretraining";

    /// <summary>The name of the second stage and its pipeline.</summary>
    public const string Composition = "composition";

    private const int EpochSteps = 50;

    private TimeSpan _steps;
    private TimeSpan _waits;

    private static readonly string[] Shapes = ["circle", "triangle", "cross", "ring", "bar"];
    private static readonly string[] Sizes = ["small", "medium", "large"];
    private static readonly string[] Colours = ["red", "yellow", "green", "blue", "purple", "pink"];
    private static readonly string[] Grounds = ["snow", "sand", "stone", "grass", "night"];

    /// <summary>The options of a stage.</summary>
    public static void Configure(TrainingOptions options, DemoPlan plan, int steps, string folder)
    {
        options.MaxSteps = steps;
        options.LearningRate = 1e-3;
        options.Schedule = TrainingScheduleKind.CosinePerStep;
        options.WarmupSteps = Math.Min(60, steps / 4);
        (options.Beta2, options.WeightDecay, options.ClipNorm) = (0.98, 0.02, 1);
        options.PadToLongest = true;
        options.TargetPooling = TargetFramePooling.Gallery;
        options.Seed = plan.World.Seed;
        options.OutputFolder = folder;
        options.SaveEverySteps = 200;
    }

    /// <summary>Stage 1: everything is trained, pictures against their captions.</summary>
    /// <returns>The loss of every step of this process.</returns>
    public Task<IReadOnlyList<double>> PretrainAsync(CancellationToken cancellationToken)
    {
        string[] captions = [.. train.Triplets.GroupBy(triplet => triplet.Target!.Value).Select(target => target.First().TargetCaption!)];
        var sampler = Sampler(captions, plan.Pretraining, [Sizes, Colours, Grounds], [Colours, Grounds]);
        return TrainAsync(Pretraining, "Training on pictures and captions", (trainer, data, progress) =>
            trainer.PretrainAsync(data with { Sampler = sampler }, progress.OfTraining(), cancellationToken));
    }

    /// <summary>Embeds the training targets, which stage 2 compares its queries with.</summary>
    public async Task EmbedTargetsAsync(CancellationToken cancellationToken)
    {
        var targets = train.Triplets.Select(triplet => triplet.Target!.Value).Distinct();
        await Galleries.EmbedAsync(
            services.GetRequiredKeyedService<IEmbeddingJob>(Composition), "Embedding the training targets", targets, reader, report, cancellationToken);
    }

    /// <summary>The share of the steps' time so far in which the model waited for data, in [0, 1]; 0 before the first step.</summary>
    public double DataWaitShare => _steps > TimeSpan.Zero ? _waits / _steps : 0;

    /// <summary>Stage 2: the text encoder is trained, references and edits against targets; the visual encoder is frozen, so it encodes each reference once.</summary>
    /// <returns>The loss of every step of this process.</returns>
    public Task<IReadOnlyList<double>> ComposeAsync(CancellationToken cancellationToken)
    {
        var sampler = Sampler(
            [.. train.Triplets.Select(triplet => triplet.TargetCaption!)], plan.Composition, [Colours, Grounds], [Shapes, Grounds], [Shapes, Colours]);
        return TrainAsync(Composition, "Training on edits", (trainer, data, progress) =>
            trainer.TrainAsync(data with { Sampler = sampler, TokenProgress = progress.OfJob("references") }, progress.OfTraining(), cancellationToken));
    }

    private async Task<IReadOnlyList<double>> TrainAsync(string stage, string title, Func<Trainer, TrainingPlan, IProgress<WorkProgress>, Task<TrainingResult>> run)
    {
        var losses = new StepLosses();
        var data = new TrainingPlan { Dataset = train, Locate = reader.Locate, Loggers = [losses] };
        var result = await report.RunAsync(title, progress => run(services.GetRequiredKeyedService<Trainer>(stage), data, progress));
        _steps += result.StepTime;
        _waits += result.DataWait;
        Checkpoint.WriteSafetensors(work.Weights(stage), (await services.GetRequiredKeyedService<IModelProvider>(stage).GetAsync()).Module!.state_dict());
        return losses.Values;
    }

    // First ordinary batches, in which colour and ground tell most items apart. Then half of the batches hold items that
    // share attributes, so that the others have to be looked at; which are shared changes from epoch to epoch.
    private BatchCurriculum Sampler(IReadOnlyList<string> captions, (int Steps, int Batch, int Ordinary) stage, params string[][][] shared)
    {
        return new BatchCurriculum(Part([], 0), [.. shared.Select(attributes => Part(attributes, 0.5))], stage.Ordinary / EpochSteps);

        IBatchSampler Part(string[][] attributes, double hard) => IBatchSampler.ByAttribute(
            [.. captions.Select(caption => string.Join(' ', caption.Split(' ', ',').Where(word => attributes.Any(words => words.Contains(word))).Order()))],
            stage.Batch, EpochSteps, hard, plan.World.Seed);
    }

    /// <summary>Records the loss of every step; an example of a custom run logger.</summary>
    private sealed class StepLosses : IRunLogger
    {
        private readonly List<double> _values = [];

        public IReadOnlyList<double> Values => _values;

        public void LogStep(StepRecord record) => _values.Add(record.Loss);
    }
}

/// <summary>Uses one sampler for the first epochs and others in turn for the rest; an example of a custom sampler.</summary>
/// <param name="first">For the first epochs.</param>
/// <param name="then">For the other epochs, in turn; all with equally many batches per epoch.</param>
/// <param name="epochs">The number of first epochs.</param>
internal sealed class BatchCurriculum(IBatchSampler first, IReadOnlyList<IBatchSampler> then, int epochs) : IBatchSampler
{
    /// <inheritdoc/>
    public int BatchesPerEpoch => first.BatchesPerEpoch;

    /// <inheritdoc/>
    public IReadOnlyList<IReadOnlyList<int>> Compose(int epoch) => (epoch < epochs ? first : then[(epoch - epochs) % then.Count]).Compose(epoch);

    /// <inheritdoc/>
    public string Describe() => $"{epochs} epochs of ({first.Describe()}), then in turn ({string.Join("), (", then.Select(sampler => sampler.Describe()))})";
}
