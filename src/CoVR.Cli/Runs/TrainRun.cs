using CoVR.Cli.Configuration;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Cli.Reporting;
using CoVR.Data;
using CoVR.Distributed;
using CoVR.Modeling;
using CoVR.Training;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>Walks as the reference's <c>train.py</c>: data, model, epochs with validation and checkpoints, tests.</summary>
/// <param name="host">The host.</param>
/// <param name="config">The configuration.</param>
/// <param name="ranks">The processes that train together; null for one alone.</param>
internal sealed class TrainRun(CommandHost host, ComposedConfiguration config, ICollective? ranks = null)
{
    /// <summary>Reads the configuration without doing anything.</summary>
    /// <exception cref="ConfigurationException">A value does not fit.</exception>
    public void Check()
    {
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(host.Logs));
        var choice = new ConfiguredModel(host, config, RunDevice.Of(config));
        _ = new DataSection(config, loggers).Training("data");
        new TestRun(host, config, choice).Check(loggers);
        new RunLoggers(host, config, loggers).Check();
        new TrainingSettings(config).Configure(new TrainingOptions(), choice, fresh: false);
    }

    /// <summary>Trains and tests.</summary>
    /// <param name="fresh">Whether an earlier run in the same folder is begun anew.</param>
    /// <param name="cancellationToken">Stops after the running step; the state is saved.</param>
    public async Task RunAsync(bool fresh, CancellationToken cancellationToken)
    {
        using var loggers = LoggerFactory.Create(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(host.Logs));
        var choice = new ConfiguredModel(host, config, RunDevice.Of(config, ranks is null ? 0 : RankPlace.Detect()?.LocalRank ?? 0));
        var section = new DataSection(config, loggers);
        var data = section.Training("data");

        // Faults of the tests are better known now than after days of training.
        var tests = new TestRun(host, config, choice);
        tests.Check(loggers);
        var run = new RunLoggers(host, config, loggers);
        run.Check();
        new TrainingSettings(config).Configure(new TrainingOptions(), choice, fresh);
        host.Say($"run folder: {host.Shown(config.OutputFolder)}");
        host.ResumeHint = "The state is saved; the same command goes on from here, with --fresh it begins anew.";
        var train = await ReadAsync(data, DatasetSplit.Train, cancellationToken);
        var validation = config.Flag("val", true) ? await ReadAsync(data, DatasetSplit.Validation, cancellationToken) : null;
        await using var services = new TrainServices(host, config, choice).Compose(fresh);
        var model = await ModelLoad.RunAsync(host, config, services, choice, cancellationToken);
        var targets = ModelLoad.FingerprintOf(model);
        await using var galleries = new RunGalleries(host, choice, targets, loggers);
        var plan = await new TrainPlans(host, config, choice, section.Policy) { Ranks = ranks }.MakeAsync(data, train, validation, galleries, cancellationToken);
        await TrainAsync(services, plan with { Loggers = Leads ? [new ConfigurationRecord(config), Validations(data), .. run.Create()] : [] }, cancellationToken);
        if (Leads)
        {
            await tests.RunAsync(model, targets, loggers, cancellationToken);
        }
    }

    private ValidationRecord Validations(RunData data) => new(config.OutputFolder, data.Of(DatasetSplit.Validation).Select(folder => folder.Annotations).FirstOrDefault("none"));

    private bool Leads => ranks is null or { Rank: 0 };

    private async Task TrainAsync(ServiceProvider services, ComposedTrainingPlan plan, CancellationToken cancellationToken)
    {
        var trainer = services.GetRequiredService<ComposedTrainer>();
        var result = await host.Report.RunAsync("Training", progress => trainer.TrainAsync(plan, progress.OfTraining(), cancellationToken));
        if (result.ResumedAt is { } step)
        {
            host.Say(FormattableString.Invariant($"went on from step {step:N0}{(result.LastLoss is null ? ": it was trained to the end already (--fresh begins anew)" : "")}"));
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
            host.Warn(FormattableString.Invariant($"{result.Skipped:N0} items were left out because their media cannot be read; skipped.csv in the run folder names them and the reasons."));
        }
    }

    private Task<TripletDataset> ReadAsync(RunData data, DatasetSplit split, CancellationToken cancellationToken) =>
        host.Report.RunAsync($"Reading {data.Reader.Name} ({split})", _ => data.Reader.ReadAsync(split, cancellationToken).AsTask());
}
