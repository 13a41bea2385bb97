using CoVR.Losses;

namespace CoVR.Training.Tests;

/// <summary>Runs of the tiny model.</summary>
internal static class Runs
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

    /// <summary>Stops a run after a step; null never.</summary>
    internal sealed class StopAt(int? step, CancellationTokenSource source) : IProgress<TrainingProgress>
    {
        public void Report(TrainingProgress value)
        {
            if (value.Step == step)
            {
                source.Cancel();
            }
        }
    }
}
