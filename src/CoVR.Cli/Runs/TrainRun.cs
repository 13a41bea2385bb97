using CoVR.Cli.Hosting;
using CoVR.Cli.Reporting;
using CoVR.Data;
using CoVR.Distributed;
using CoVR.Reproduction.Configuration;
using CoVR.Training.Mpi;
using CoVR.Training.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>The steps of <c>covr train</c>, as in the reference's <c>train.py</c>: data, model, epochs with validation and checkpoints, tests.</summary>
/// <param name="host">The host.</param>
/// <param name="config">The configuration.</param>
/// <param name="ranks">The processes that train together; null: one.</param>
internal sealed class TrainRun(CommandHost host, ComposedConfiguration config, ICollective? ranks = null)
{
    /// <summary>What is said after a stop.</summary>
    public const string ResumeHint = "Saved states are kept. Run the same command again to resume, or with --fresh to start over.";

    /// <summary>Reads the configuration without doing anything.</summary>
    /// <exception cref="ConfigurationException">A value does not fit.</exception>
    public void Check()
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(host.Logs));
        var choice = new ConfiguredModel(host, config, RunDevice.Of(config)) { IsTrained = true };
        _ = new DataSection(config, loggers).Training("data");
        _ = TestPlan.Read(config, loggers, choice.Fusion);
        new TrainLoggers(host, config, loggers).Check();
        new TrainingSettings(config).Configure(new TrainingOptions(), choice, fresh: false);
    }

    /// <summary>Trains and tests.</summary>
    /// <param name="fresh">Whether an earlier run in the same folder is replaced.</param>
    /// <param name="cancellationToken">Stops after the running step; the state is saved.</param>
    /// <returns>The best figure of validation; null without validation.</returns>
    public async Task<double?> RunAsync(bool fresh, CancellationToken cancellationToken)
    {
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(host.Logs));
        var choice = new ConfiguredModel(host, config, RunDevice.Of(config, ranks is null ? 0 : RankInfo.Detect()?.LocalRank ?? 0)) { IsTrained = true };
        var section = new DataSection(config, loggers);
        var data = section.Training("data");

        // Check the tests now, not after days of training.
        var tests = TestPlan.Read(config, loggers, choice.Fusion);
        var runLoggers = new TrainLoggers(host, config, loggers);
        runLoggers.Check();
        new TrainingSettings(config).Configure(new TrainingOptions(), choice, fresh);
        host.Say($"run folder: {host.Shown(config.OutputFolder)}");
        host.ResumeHint = ResumeHint;
        var train = await ReadAsync(data, DatasetSplit.Train, cancellationToken);
        var validation = config.Flag("val", true) ? await ReadAsync(data, DatasetSplit.Validation, cancellationToken) : null;
        await using var services = new TrainServices(host, config, choice).Compose(fresh, ranks);
        var model = await ModelLoad.RunAsync(host, config, services, choice, cancellationToken);
        var targets = ModelLoad.FingerprintOf(model);
        await using var galleries = new RunGalleries(host, choice, targets, loggers);
        var plan = await new TrainPlans(host, config, choice, section.Policy).MakeAsync(data, train, validation, galleries, cancellationToken);
        var best = await TrainAsync(services, plan with { Loggers = Leads ? runLoggers.Create(data) : [] }, cancellationToken);
        if (Leads)
        {
            await new TestRun(host, config, choice, tests).RunAsync(services, targets, loggers, cancellationToken);
        }

        return best;
    }

    private bool Leads => ranks is null or { Rank: 0 };

    private async Task<double?> TrainAsync(ServiceProvider services, TrainingPlan plan, CancellationToken cancellationToken)
    {
        var trainer = services.GetRequiredService<Trainer>();
        var result = await host.Report.RunAsync("Training", progress => trainer.TrainAsync(plan, progress.OfTraining(), cancellationToken));
        if (result.ResumedAt is { } step)
        {
            host.Say(FormattableString.Invariant($"resumed from step {step:N0}{(result.LastLoss is null ? ": it was trained to the end already (--fresh starts over)" : "")}"));
        }

        if (result.Best is { } best)
        {
            host.Say(FormattableString.Invariant($"best validation: {best:F2} in epoch {result.BestEpoch} ({host.Shown(Path.Combine(config.OutputFolder, "ckpt_best.ckpt"))})"));
        }

        if (Leads && Directory.EnumerateFiles(config.OutputFolder, "ckpt_*.ckpt").Where(file => !file.EndsWith("_best.ckpt", StringComparison.Ordinal)).MaxBy(File.GetLastWriteTimeUtc) is { } last)
        {
            host.Say($"weights: {host.Shown(last)}; used by covr train and covr test with model.ckpt.path={host.Shown(last)}");
        }

        if (Leads && result.Skipped > 0)
        {
            host.Warn(FormattableString.Invariant($"{result.Skipped:N0} items were skipped because their media cannot be read; skipped.csv in the run folder lists them with the reasons."));
        }

        return result.Best;
    }

    private Task<TripletDataset> ReadAsync(RunData data, DatasetSplit split, CancellationToken cancellationToken) =>
        host.Report.RunAsync($"Reading {data.Reader.Name} ({split})", _ => data.Reader.ReadAsync(split, cancellationToken).AsTask());
}
