using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Cli.Runs;
using CoVR.Reproduction.Configuration;
using CoVR.Training.Mpi;
using Spectre.Console;

namespace CoVR.Cli.Commands.Train;

/// <summary><c>covr train</c>, the reference's <c>train.py</c>.</summary>
internal sealed class TrainCommand
{
    private readonly Option<bool> _fresh = new("--fresh") { Description = "Starts over instead of resuming an earlier run in the same folder." };
    private readonly Option<bool> _multirun = new("--multirun", "-m") { Description = "Runs every combination of the values given with commas: seed=1,2,3, seed=range(1,4), model/loss=choice(hn_nce,info_nce)." };
    private readonly CommandHost _host;
    private readonly DocumentedCommand _command;
    private readonly RunArguments _arguments;

    private TrainCommand(CommandHost host)
    {
        _host = host;
        _command = new DocumentedCommand("train", "Trains a model, validates it after every epoch, and tests it at the end.")
        {
            Notes = """
                Choices: data, model, model/ckpt, model/loss, model/loss_terms, model/optimizer, model/scheduler, test, trainer, trainer/logger, machine,
                experiment, experiment2. Their files are those of the Python repository; a folder configs/ of your own adds to them or replaces them.
                Weights (ckpt_<epoch>.ckpt), logs and results go to outputs/<data>/<model>/<ckpt>/<experiment>/<run_name>. Relative paths count from the
                folder in which the command was started. Targets must be embedded first (covr embed); if some are missing, the message has the command.
                With -m every combination of values runs once, each in its folder below multirun/<run_name>; given again, the command resumes and leaves out
                what is finished. A combination that fails is reported, and the next one runs. The table at the end (sweep.csv) has the mean and the
                standard deviation over the seeds, and how each combination compares with the first on the same queries.
                """,
            Examples =
            [
                new("covr train", "BLIP on WebVid-CoVR, as in the paper"),
                new("covr train trainer=cpu machine.batch_size=8 trainer.max_epochs=1", "on the CPU"),
                new("covr train data=cirr test=cirr-val model/ckpt=webvid-covr model.optimizer.lr=1e-4", "fine-tuning on CIRR from WebVid-CoVR weights"),
                new("covr train experiment2=covr", "CoVR-2 on WebVid-CoVR"),
                new("covr train trainer=ddp trainer.devices=2", "two processes by mpirun"),
                new("covr train -m model.optimizer.lr=1e-4,1e-5 seed=1,2,3", "two learning rates with three seeds each, and a table of both"),
                new("covr train -m model/loss=hn_nce,info_nce run_name=losses", "two losses, in multirun/losses"),
                new("covr train experiment=fiq-all --show-config model", "the values in effect, and where each comes from"),
            ],
        };
        _arguments = RunArguments.AddTo(host, _command);
        _command.Add(_multirun);
        _command.Add(_fresh);
        _command.SetAction(RunAsync);
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new TrainCommand(host)._command;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        if (parsed.GetValue(_multirun))
        {
            return await new SweepRun(_host, overrides => _arguments.Compose(parsed, overrides), (config, token) => RunOneAsync(parsed, config, token))
                .RunAsync(SweepGrid.Of(_arguments.Overrides(parsed)), parsed.GetValue(_fresh), cancellation);
        }

        var config = _arguments.Compose(parsed);
        return _arguments.Shows(parsed, config) ? ExitCodes.Done : (await RunOneAsync(parsed, config, cancellation)).ExitCode;
    }

    private async Task<(int ExitCode, double? Best)> RunOneAsync(ParseResult parsed, ComposedConfiguration config, CancellationToken cancellation)
    {
        var rank = RankInfo.Detect();
        var devices = RunDevice.IsDistributed(config) ? config.Whole("trainer.devices", 1) * config.Whole("trainer.num_nodes", 1) : 1;
        if (rank is null && devices > 1)
        {
            // Report faults of the configuration once, not from every rank.
            new TrainRun(_host, config).Check();
            return (await LaunchAsync(parsed, config, devices, cancellation), null);
        }

        if (rank is null && config.Whole("trainer.devices", 1) > 1 && !RunDevice.IsDistributed(config))
        {
            _host.Say($"one process trains; trainer.devices={config.Whole("trainer.devices")} applies only with trainer=ddp.");
        }

        using var stop = MpiLauncher.ListenForStop(cancellation);
        var ranks = rank is { Size: > 1 } ? MpiCollective.Start() : null;
        double? best;
        try
        {
            best = await new TrainRun(ranks is { Rank: > 0 } ? Silent() : _host, config, ranks).RunAsync(parsed.GetValue(_fresh), stop.Token);
        }
        catch (OperationCanceledException) when (ranks is not null && !cancellation.IsCancellationRequested)
        {
            // The launcher was stopped, and reports it.
            return (ExitCodes.Stopped, null);
        }

        ranks?.Complete();
        return (ExitCodes.Done, best);
    }

    // Only rank 0 reports; every rank prints errors.
    private CommandHost Silent() =>
        new(AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(TextWriter.Null) }), _host.Error, _host.Folder, clock: _host.Clock);

    private async Task<int> LaunchAsync(ParseResult parsed, ComposedConfiguration config, int devices, CancellationToken cancellation)
    {
        _host.Say($"starting {devices} processes by mpirun");
        _host.ResumeHint = TrainRun.ResumeHint;
        var launcher = new MpiLauncher(new MpiLauncherOptions { Ranks = devices, Output = _host.Console.Profile.Out.Writer, Errors = _host.Error });
        try
        {
            await launcher.RunAsync(MpiLauncher.ThisProgram(["train", .. _arguments.Sources(parsed), .. parsed.GetValue(_fresh) ? [_fresh.Name] : Array.Empty<string>(), .. config.Arguments]), cancellation);
            cancellation.ThrowIfCancellationRequested();
            return ExitCodes.Done;
        }
        catch (MpiException failure) when (failure.ExitCode is { } code)
        {
            cancellation.ThrowIfCancellationRequested();
            await _host.Error.WriteLineAsync($"error: {failure.Message}");
            return code;
        }
    }
}
