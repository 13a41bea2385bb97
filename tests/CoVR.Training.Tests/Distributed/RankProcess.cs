using System.Globalization;
using CoVR.Training.Batches;
using CoVR.Training.Logging;
using CoVR.Training.Mpi;
using CoVR.Training.Runs;
using CoVR.Training.Steps;
using CoVR.Training.Tests.Fakes;

namespace CoVR.Training.Tests.Distributed;

/// <summary>One of several processes that mpirun starts.</summary>
internal static class RankProcess
{
    internal const string Command = "rank";

    internal const string Collective = "collective";

    /// <param name="arguments">"collective", or an output folder and the names of shared runs, each with "!step" if rank 1 dies in that step.</param>
    internal static async Task<int> RunAsync(string[] arguments)
    {
        CoVR.Modeling.Native.NativeTorch.EnsureLoaded();
        var ranks = MpiCollective.Start();
        if (arguments[0] == Collective)
        {
            CollectiveChecks.Run(ranks);
            Console.WriteLine($"rank {ranks.Rank} of {ranks.Size} passed");
            ranks.Complete();
            return 0;
        }

        using var stop = MpiLauncher.ListenForStop();
        foreach (var name in arguments.Skip(1))
        {
            var parts = name.Split('!');
            var shared = SharedRun.Of(parts[0]);
            var folder = Path.Combine(arguments[0], parts[0]);
            using var encoder = new TinyEncoder(1 + (100 * ranks.Rank), shared.Dropout, shared.Vectors);
            var run = shared.Create(encoder, ranks, new CsvRunLogger(folder));
            if (parts.Length > 1 && ranks.Rank == 1)
            {
                run = run with { Step = new DyingStep(run.Step, int.Parse(parts[1], CultureInfo.InvariantCulture)) };
            }

            try
            {
                await new Trainer(shared.Options(folder, ranks)).RunAsync(run, null, stop.Token);
            }
            catch (OperationCanceledException)
            {
                Console.WriteLine($"rank {ranks.Rank} stopped");
                ranks.Complete();
                return 130;
            }

            SharedRun.WriteWeights(encoder, Path.Combine(arguments[0], $"{parts[0]}.rank{ranks.Rank}.bin"));
        }

        ranks.Complete();
        return 0;
    }

    private sealed class DyingStep(ITrainingStep<ComposedBatch> inner, int step) : ITrainingStep<ComposedBatch>
    {
        private int _steps;

        public IReadOnlyDictionary<string, TorchSharp.torch.nn.Module> Modules => inner.Modules;

        public string Describe() => inner.Describe();

        public LossReport Compute(ComposedBatch batch, TrainingContext context)
        {
            if (++_steps == step)
            {
                System.Diagnostics.Process.GetCurrentProcess().Kill();
            }

            return inner.Compute(batch, context);
        }
    }
}
