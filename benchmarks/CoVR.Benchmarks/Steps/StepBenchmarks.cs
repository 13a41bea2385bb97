using System.Globalization;
using CoVR.Modeling.Native;
using CoVR.Training.Mpi;
using TorchSharp;

namespace CoVR.Benchmarks.Steps;

/// <summary>
/// Training steps in pairs: in chunks against whole (<c>steps cached [batch] [rounds]</c>), two ranks against one process with the
/// same batch (<c>steps ranks [batch] [rounds]</c>), and BLIP-large with its frozen ViT packed against plain layers
/// (<c>steps packed [batch] [rounds]</c>).
/// </summary>
internal static class StepBenchmarks
{
    /// <summary>The argument that asks for this measurement.</summary>
    public const string Name = "steps";

    private const int Steps = 4;

    /// <summary>Measures.</summary>
    public static async Task<int> RunAsync(string[] args)
    {
        NativeTorch.EnsureLoaded();
        var batch = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 32;
        var rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
        switch (args is [var task, ..] ? task : null)
        {
            case "cached":
                await CachedAsync(batch, rounds);
                return 0;
            case "ranks":
                return await RanksAsync(batch, rounds);
            case "packed":
                await PackedAsync(args.Length > 1 ? batch : 2, args.Length > 2 ? rounds : 3);
                return 0;
            case "one":
                return await OneAsync(batch);
            default:
                Console.Error.WriteLine("steps cached|ranks|packed [batch] [rounds]");
                return 2;
        }
    }

    private static async Task CachedAsync(int batch, int rounds)
    {
        torch.set_num_threads(1);
        foreach (var (name, trained, keeps) in new[] { ("trained ViT", true, false), ("frozen ViT", false, false), ("frozen ViT, tokens kept", false, true) })
        {
            using var model = MadeTraining.Model(trained);
            List<double> ratios = [];
            for (var round = 0; round < rounds; round++)
            {
                var whole = await MadeTraining.MeasureAsync(model, batch, Steps);
                var chunked = await MadeTraining.MeasureAsync(model, batch, Steps, options => (options.ChunkSize, options.KeepVisualTokens) = (batch / 4, keeps));
                ratios.Add(chunked.Processor / whole.Processor);
                Console.WriteLine($"{name}: whole {whole.Processor:F0} ms, four chunks {chunked.Processor:F0} ms of the processor");
            }

            Print($"{name}: chunks / whole", ratios);
        }
    }

    private static async Task PackedAsync(int batch, int rounds)
    {
        torch.set_num_threads(1);
        const string Switch = "CoVR.Modeling.Packing";
        AppContext.SetSwitch(Switch, false);
        using var plain = MadeTraining.Large();
        AppContext.SetSwitch(Switch, true);
        using var packed = MadeTraining.Large();
        List<double> ratios = [];
        for (var round = 0; round < rounds; round++)
        {
            AppContext.SetSwitch(Switch, false);
            var before = await MadeTraining.MeasureAsync(plain, batch, steps: 2);
            AppContext.SetSwitch(Switch, true);
            var now = await MadeTraining.MeasureAsync(packed, batch, steps: 2);
            ratios.Add(now.Processor / before.Processor);
            Console.WriteLine($"packed {now.Processor:F0} ms of the processor, plain {before.Processor:F0} ms");
        }

        Print("packed / plain", ratios);
    }

    private static async Task<int> RanksAsync(int batch, int rounds)
    {
        Dictionary<string, List<double>> ratios = [];
        for (var round = 0; round < rounds; round++)
        {
            var two = await LaunchAsync(2, batch, threads: 1);
            foreach (var threads in new[] { 1, 2 })
            {
                var one = await LaunchAsync(1, batch, threads);
                Console.WriteLine($"two ranks {two:F0} ms, one process with {threads} threads {one:F0} ms");
                ratios.TryAdd($"two ranks / one process with {threads} threads", []);
                ratios[$"two ranks / one process with {threads} threads"].Add(two / one);
            }
        }

        foreach (var (name, values) in ratios)
        {
            Print(name, values);
        }

        return 0;
    }

    private static async Task<double> LaunchAsync(int ranks, int batch, int threads)
    {
        using var output = new StringWriter();
        var launcher = new MpiLauncher(new()
        {
            Ranks = ranks,
            Output = TextWriter.Synchronized(output),
            Errors = Console.Error,
            Environment = new Dictionary<string, string> { ["OMP_NUM_THREADS"] = $"{threads}" },
        });
        await launcher.RunAsync(MpiLauncher.ThisProgram([Name, "one", $"{batch}"]));
        return double.Parse(output.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1], CultureInfo.InvariantCulture);
    }

    /// <summary>One rank; rank 0 prints the milliseconds of a step.</summary>
    private static async Task<int> OneAsync(int batch)
    {
        var ranks = MpiCollective.Start();
        using var model = MadeTraining.Model(trainVision: true);
        var (wall, _) = await MadeTraining.MeasureAsync(model, batch, Steps, options => (options.Collective, options.BatchSize) = (ranks, batch / ranks.Size));
        if (ranks.Rank == 0)
        {
            Console.WriteLine(wall.ToString(CultureInfo.InvariantCulture));
        }

        ranks.Complete();
        return 0;
    }

    private static void Print(string name, List<double> ratios)
    {
        ratios.Sort();
        Console.WriteLine($"{name}: median {ratios[ratios.Count / 2]:F2}, from {ratios[0]:F2} to {ratios[^1]:F2}");
    }
}
