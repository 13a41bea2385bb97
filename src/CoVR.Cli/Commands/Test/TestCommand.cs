using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Cli.Runs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Commands.Test;

/// <summary><c>covr test</c>, the reference's <c>test.py</c>.</summary>
internal sealed class TestCommand
{
    private readonly CommandHost _host;
    private readonly DocumentedCommand _command;
    private readonly RunArguments _arguments;

    private TestCommand(CommandHost host)
    {
        _host = host;
        _command = new DocumentedCommand("test", "Scores a model on benchmarks and writes figures, files for evaluation servers, and a page of pictures.")
        {
            Notes = """
                Choices: test (all, main, webvid-covr, webvid-covr_text, webvid-covr_visual, webvid-covr_average, webvid-covr_captions,
                webvid-covr_late-fusion, cirr, cirr-val, fashioniq, fashioniq-dress, fashioniq-shirt, fashioniq-toptee, circo, circo-val), model, model/ckpt,
                trainer (gpu, cpu), machine, experiment, experiment2. A folder configs/ of your own adds to them or replaces them.
                The rules: reference counts as the paper's code does, honest as a gallery in use would, corrected as the paper without slips of its code.
                Results go to outputs/test/<model>/<ckpt>/<run_name>; recalls_*.json there are those of the first rules,
                queries.csv has the rank of every query; covr test compare compares two runs by it.
                """,
            Examples =
            [
                new("covr test test=webvid-covr model/ckpt=webvid-covr", "the paper's model on WebVid-CoVR-Test"),
                new("covr test test=cirr-val model=blip2-coco model/ckpt=blip2-l-coco_coir+covr trainer=cpu"),
                new("covr test test=all --preset reference", "the paper's rules only"),
                new("covr test test=fashioniq model.ckpt.path=my.ckpt run_name=mine", "weights of your own"),
                new("covr test test=circo --show-config test", "the values in effect, and where each comes from"),
            ],
        };
        _arguments = RunArguments.AddTo(host, _command);
        _command.Add(CompareCommand.Create(host));
        _command.SetAction(RunAsync);
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new TestCommand(host)._command;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var config = _arguments.Compose(parsed);
        if (_arguments.Shows(parsed, config))
        {
            return ExitCodes.Done;
        }

        var services = _host.CreateServices();
        var choice = new ConfiguredModel(_host, config, RunDevice.Of(config));
        choice.Use(services.AddCoVR().UseToolDefaults(_host));
        await using var provider = services.BuildServiceProvider(validateScopes: true);
        var loggers = provider.GetRequiredService<ILoggerFactory>();
        var plan = TestPlan.Read(config, loggers, choice.Fusion);
        config.Save();
        _host.ResumeHint = "Run the same command to start the tests again; no file is half-written.";
        var model = await ModelLoad.RunAsync(_host, config, provider, choice, cancellation);
        await new TestRun(_host, config, choice, plan).RunAsync(provider, ModelLoad.FingerprintOf(model), loggers, cancellation);
        return ExitCodes.Done;
    }
}
