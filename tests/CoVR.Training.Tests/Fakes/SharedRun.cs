using System.Runtime.InteropServices;
using CoVR.Distributed;
using CoVR.Losses;
using CoVR.Training.Batches;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Schedules;
using CoVR.Training.Steps;

namespace CoVR.Training.Tests.Fakes;

/// <summary>A run that one process does alone or several do together, named alike in both programs.</summary>
internal sealed record SharedRun(string Name, int Batch, string Terms, int? Chunk = null, double Dropout = 0, int Vectors = 1, int Steps = 20)
{
    internal static readonly SharedRun[] All =
    [
        new("plain", 16, "si_ti"),
        new("uneven", 15, "si_ti+si_tc"),
        new("cached", 20, "si_ti+si_tc", Chunk: 3, Vectors: 2),
        new("dropout", 16, "si_ti", Chunk: 5, Dropout: 0.1),
        new("endless", 16, "si_ti", Dropout: 0.1, Steps: 1_000_000),
    ];

    internal static SharedRun Of(string name) => All.Single(run => run.Name == name);

    /// <summary>The batches of the run are those of all ranks together; a last one is smaller.</summary>
    internal TrainingRun<ComposedBatch> Create(TinyEncoder encoder, ICollective? ranks, params IRunLogger[] loggers)
    {
        var world = new FakeWorld(vectors: Vectors);
        IContrastiveLoss loss = Chunk is null ? new HardNegativeNceLoss() : new CrossEntropyContrastiveLoss();
        return new TrainingRun<ComposedBatch>
        {
            Step = new ComposedTrainingStep(
                encoder,
                [.. Terms.Split('+').Select(term => new WeightedLossTerm(term == "si_ti" ? new QueryToTargetTerm(loss) : new QueryToCaptionTerm(loss), 0.5))]),
            Batches = new TrainingBatcher(
                world.Triplets,
                new TripletSampler(world.Triplets, new TripletSamplerOptions { BatchSize = Batch, DropLast = false }),
                new ComposedBatchSources { Texts = world.Texts, Targets = world, References = world, Captions = Terms.Contains("si_tc", StringComparison.Ordinal) },
                context: new TrainingContext { Collective = ranks }),
            Loggers = loggers,
        };
    }

    internal TrainingOptions Options(string? folder, ICollective? ranks = null) => new()
    {
        MaxSteps = Steps,
        LearningRate = 1e-2,
        Schedule = TrainingScheduleKind.CosinePerStep,
        WarmupSteps = 2,
        ClipNorm = 1,
        OutputFolder = folder,
        SaveEverySteps = 2,
        ChunkSize = Chunk,
        Collective = ranks,
    };

    internal static void WriteWeights(TinyEncoder encoder, string path) => File.WriteAllBytes(path, MemoryMarshal.AsBytes<float>(TinyRuns.Weights(encoder)).ToArray());

    internal static float[] ReadWeights(string path) => MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(path)).ToArray();
}
