using CoVR.Cli.Configuration;
using CoVR.Cli.Hosting;
using CoVR.Cli.Reporting;
using CoVR.Datasets;
using CoVR.Evaluation;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>Runs the tests of a configuration with a loaded model, one after the other.</summary>
/// <param name="host">The host.</param>
/// <param name="config">The configuration.</param>
/// <param name="choice">What the configuration says of the model.</param>
internal sealed class TestRun(CommandHost host, ComposedConfiguration config, ConfiguredModel choice)
{
    private const string Pipeline = "test";

    /// <summary>Reads what the configuration says of the tests, so that its faults are known before long work.</summary>
    /// <exception cref="ConfigurationException">A value does not fit.</exception>
    public void Check(ILoggerFactory loggers) => _ = (RunPresets.Of(config), new TestPlans(config, loggers).Read(choice.Fusion));

    /// <summary>Runs all of them and prints their figures.</summary>
    /// <param name="model">The model.</param>
    /// <param name="targets">What made the gallery's embeddings.</param>
    /// <param name="loggers">Told what readers and stores find.</param>
    /// <param name="cancellationToken">Stops after the running batch.</param>
    public async Task RunAsync(ComposedModel model, EmbeddingFingerprint targets, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var presets = RunPresets.Of(config);
        List<(TestPlan Plan, BenchmarkResult Result)> results = [];
        foreach (var plan in new TestPlans(config, loggers).Read(choice.Fusion))
        {
            results.Add((plan, await RunAsync(plan, presets, model, targets, loggers, cancellationToken)));
        }

        TestReport.Print(host, results);
        host.Say($"results: {host.Shown(config.OutputFolder)}");
    }

    private async Task<BenchmarkResult> RunAsync(
        TestPlan plan, IReadOnlyList<EvaluationVariant> presets, ComposedModel model, EmbeddingFingerprint targets, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        var mayMiss = config.TextOrNull("missing_media") is "report" or "ignore";
        var services = host.CreateServices();

        await using var gallery = await plan.Folder.OpenAsync(targets, !choice.NamesTargetWeights, host, loggers, cancellationToken);
        services.AddCoVR(Pipeline)
            .UseModel(model)
            .UseGallery((_, _) => gallery)
            .UseQueryFrameSampler(plan.Frames)
            .Use((_, _) => plan.Pooling)
            .AddBenchmarks();
        await using var provider = services.BuildServiceProvider();
        var options = new BenchmarkRunOptions
        {
            OutputFolder = Path.Combine(config.OutputFolder, plan.Name),
            EmbedsMissing = false,
            Evaluation =
            {
                Queries = [plan.Query],
                Variants = presets,
                BatchSize = Math.Clamp(config.Whole("machine.batch_size", 32), 1, 64),
                Workers = Math.Max(1, config.Whole("machine.num_workers", 2)),
                AllowMissingCandidates = mayMiss,
                AllowUnreadableReferences = mayMiss,
            },
        };
        var runner = provider.GetRequiredKeyedService<BenchmarkRunner>(Pipeline);
        try
        {
            var result = await host.Report.RunAsync(
                $"Testing on {plan.Name}", progress => runner.RunAsync(plan.Benchmark, options, progress.OfBenchmark(), cancellationToken));
            PublishReferenceFiles(plan, presets, result);
            return result;
        }
        catch (GalleryIncompleteException error)
        {
            throw new CommandException(
                $"{error.Missing.Count:N0} candidates of {error.Part} have no embedding, for example {string.Join(", ", error.Missing.Take(3).Select(item => item.Id))}. "
                + $"They are made with:{Environment.NewLine}  {plan.Folder.Command(host, choice)}{Environment.NewLine}"
                + "To score the smaller, easier gallery all the same: missing_media=report.");
        }
    }

    /// <summary>The reference writes its files into the folder of the run itself: there those of the first preset are put too.</summary>
    private void PublishReferenceFiles(TestPlan plan, IReadOnlyList<EvaluationVariant> presets, BenchmarkResult result)
    {
        foreach (var file in result.Files.Where(file => Path.GetFileName(file).StartsWith("recalls", StringComparison.Ordinal)))
        {
            if (presets.Count == 1 || file.StartsWith($"{presets[0].Name}/", StringComparison.Ordinal))
            {
                AtomicFile.Write(
                    Path.Combine(config.OutputFolder, Path.GetFileName(file)), copy => copy.Write(File.ReadAllBytes(Path.Combine(result.OutputFolder!, file))));
            }
        }
    }
}
