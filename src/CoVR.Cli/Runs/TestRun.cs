using CoVR.Cli.Hosting;
using CoVR.Cli.Pages;
using CoVR.Cli.Reporting;
using CoVR.Evaluation;
using CoVR.Modeling.Checkpoints;
using CoVR.Reproduction.Benchmarks;
using CoVR.Reproduction.Configuration;
using CoVR.Retrieval;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>Runs the tests of a plan, as the reference's <c>test.py</c>: figures, result files and pages of each, then a table of all.</summary>
/// <param name="host">The host.</param>
/// <param name="config">The configuration.</param>
/// <param name="choice">The model of the configuration.</param>
/// <param name="plan">The tests.</param>
internal sealed class TestRun(CommandHost host, ComposedConfiguration config, ConfiguredModel choice, TestPlan plan)
{
    /// <summary>Runs the tests.</summary>
    /// <param name="services">The pipeline with the model.</param>
    /// <param name="targets">The fingerprint of the embeddings that queries are compared with.</param>
    /// <param name="loggers">Receives the log of readers and stores.</param>
    /// <param name="cancellationToken">Cancels the tests; files are never half written.</param>
    /// <exception cref="CommandException">Candidates have no embedding; the message contains the command that computes them.</exception>
    public async Task RunAsync(IServiceProvider services, EmbeddingFingerprint targets, ILoggerFactory loggers, CancellationToken cancellationToken)
    {
        List<(PlannedTest Test, BenchmarkResult Result)> results = [];
        foreach (var test in plan.Tests)
        {
            await using var gallery = await test.Folder.OpenAsync(targets, !choice.NamesTargetWeights, host, loggers, cancellationToken);
            var pipeline = await services.GetRequiredService<Evaluator>().GetPipelineAsync(cancellationToken);
            results.Add((test, await RunAsync(test, pipeline with { QuerySampler = test.Frames, Pooling = test.Pooling, Gallery = gallery }, cancellationToken)));
        }

        TestReport.Print(host, results);
        host.Say($"results: {host.Shown(config.OutputFolder)}");
    }

    private async Task<BenchmarkResult> RunAsync(PlannedTest test, RetrievalPipeline pipeline, CancellationToken cancellationToken)
    {
        var runner = new BenchmarkRunner(new Evaluator(pipeline));
        try
        {
            var result = await host.Report.RunAsync(
                $"Testing on {test.Name}", progress => runner.RunAsync(test.Benchmark, OptionsOf(test, pipeline.FrameReader), OfBenchmark(progress), cancellationToken));
            CopyResultFiles(result);
            return result;
        }
        catch (GalleryIncompleteException error)
        {
            throw new CommandException(
                $"{error.Missing.Count:N0} candidates of {error.Part} have no embedding, for example {string.Join(", ", error.Missing.Keys.Take(3))}. "
                + $"Create them with:{Environment.NewLine}  {test.Folder.Command(host, choice)}{Environment.NewLine}"
                + "To score the smaller, easier gallery anyway: missing_media=report.");
        }
    }

    private static ImmediateProgress<BenchmarkProgress> OfBenchmark(IProgress<WorkProgress> progress) => new(at =>
        progress.Report(new WorkProgress(at.Work?.Done ?? 0, at.Work?.Total, at.Stage == BenchmarkStage.Evaluating ? "queries" : "items", $"{at.Stage.ToString().ToLowerInvariant()} {at.Part}")));

    private BenchmarkRunOptions OptionsOf(PlannedTest test, IFrameReader frames)
    {
        var mayMiss = config.TextOrNull("missing_media") is "report" or "ignore";
        return new BenchmarkRunOptions
        {
            OutputFolder = Path.Combine(config.OutputFolder, test.Name),
            EmbedsMissing = false,
            MakePages = async (result, cancellation) => QueryTable.AddTo(await BenchmarkPages.RenderAsync(result, frames, cancellation), result),
            Evaluation =
            {
                Queries = [test.Query],
                Variants = plan.Presets,
                BatchSize = Math.Clamp(config.Whole("machine.batch_size", 32), 1, 64),
                Workers = Math.Max(1, config.Whole("machine.num_workers", 2)),
                AllowMissingCandidates = mayMiss,
                AllowUnreadableReferences = mayMiss,
            },
        };
    }

    // The result files of the first preset are also written where the reference writes them.
    private void CopyResultFiles(BenchmarkResult result)
    {
        foreach (var file in result.ResultFiles.GetValueOrDefault(plan.Presets[0].Name, []))
        {
            AtomicFile.Write(Path.Combine(config.OutputFolder, Path.GetFileName(file)), copy => copy.Write(File.ReadAllBytes(Path.Combine(result.OutputFolder!, file))));
        }
    }
}
