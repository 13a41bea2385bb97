using CoVR.Distributed;
using CoVR.Training;
using CoVR.Training.Tests;
using TorchSharp;

// Arguments: "collective", or an output folder and the names of shared runs, each with "!step" when rank 1 dies in that step.
CoVR.Modeling.NativeTorch.EnsureLoaded();
var ranks = MpiCollective.Start();
if (args[0] == "collective")
{
    CollectiveChecks.Run(ranks);
    Console.WriteLine($"rank {ranks.Rank} of {ranks.Size} is content");
    ranks.Complete();
    return 0;
}

using var stop = RankStop.Listen();
foreach (var name in args.Skip(1))
{
    var parts = name.Split('!');
    var shared = SharedRun.Of(parts[0]);
    using var encoder = new TinyEncoder(1 + (100 * ranks.Rank), shared.Dropout, shared.Vectors);
    var run = shared.Create(encoder, ranks, new CsvRunLogger(Path.Combine(args[0], parts[0])));
    if (parts.Length > 1 && ranks.Rank == 1)
    {
        run = run with { Step = new DyingStep(run.Step, int.Parse(parts[1], System.Globalization.CultureInfo.InvariantCulture)) };
    }

    try
    {
        await new Trainer(shared.Options(Path.Combine(args[0], parts[0]))).RunAsync(run, null, stop.Token);
    }
    catch (OperationCanceledException)
    {
        Console.WriteLine($"rank {ranks.Rank} stopped");
        ranks.Complete();
        return 130;
    }

    SharedRun.WriteWeights(encoder, Path.Combine(args[0], $"{parts[0]}.rank{ranks.Rank}.bin"));
}

ranks.Complete();
return 0;

internal sealed class DyingStep(ITrainingStep<ComposedBatch> inner, int step) : ITrainingStep<ComposedBatch>
{
    private int _steps;

    public IReadOnlyDictionary<string, torch.nn.Module> Modules => inner.Modules;

    public string Describe() => inner.Describe();

    public LossReport Compute(ComposedBatch batch)
    {
        if (++_steps == step)
        {
            System.Diagnostics.Process.GetCurrentProcess().Kill();
        }

        return inner.Compute(batch);
    }
}
