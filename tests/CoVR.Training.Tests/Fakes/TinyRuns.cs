using CoVR.Data;
using CoVR.Losses;
using CoVR.Training.Batches;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CoVR.Training.Schedules;
using CoVR.Training.Steps;

namespace CoVR.Training.Tests.Fakes;

/// <summary>Runs of the tiny model.</summary>
internal static class TinyRuns
{
    internal static TrainingRun<ComposedBatch> Composed(TinyEncoder encoder, params IRunLogger[] loggers) => Composed(encoder, new FakeWorld(), loggers);

    internal static TrainingRun<ComposedBatch> Composed(TinyEncoder encoder, FakeWorld world, params IRunLogger[] loggers) => new()
    {
        Step = new ComposedTrainingStep(encoder, [new(new QueryToTargetTerm(new HardNegativeNceLoss()), 1)]),
        Batches = world.Batcher(),
        Loggers = loggers,
    };

    internal static TrainingOptions Options() => new()
    {
        Epochs = 3,
        LearningRate = 1e-2,
        Schedule = TrainingScheduleKind.CosinePerStep,
        WarmupSteps = 2,
        ClipNorm = 1,
    };

    /// <summary>18 steps, saved after every second one, so that kills also fall between saves.</summary>
    internal static TrainingOptions Resumable(string folder)
    {
        var options = Options();
        (options.OutputFolder, options.SaveEverySteps) = (folder, 2);
        return options;
    }

    internal static float[] Weights(TinyEncoder encoder) =>
        [.. encoder.state_dict().OrderBy(entry => entry.Key, StringComparer.Ordinal).SelectMany(entry => entry.Value.data<float>().ToArray())];

    /// <summary>A validation result with one metric.</summary>
    internal static RetrievalReport Report(double recall) =>
        new("made-up", "R@1", new Dictionary<string, double> { ["R@1"] = recall }, 1, 1, new Dictionary<string, string>());

    /// <summary>Computes a step in 32 bits, on whole batches, in one process.</summary>
    internal static LossReport Compute<TBatch>(this ITrainingStep<TBatch> step, TBatch batch) => step.Compute(batch, new TrainingContext());

    /// <summary>Stops a run after a step; null: never.</summary>
    internal sealed class StopAt(int? step, CancellationTokenSource source) : IProgress<StepRecord>
    {
        public void Report(StepRecord value)
        {
            if (value.Step == step)
            {
                source.Cancel();
            }
        }
    }
}
