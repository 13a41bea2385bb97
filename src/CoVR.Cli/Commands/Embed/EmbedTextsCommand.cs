using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Cli.Reporting;
using CoVR.Datasets.Annotations;
using CoVR.Reproduction.Embedding;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Embed;

/// <summary><c>covr embed texts</c>, the reference's <c>save_blip_embs_txts.py</c> and <c>save_blip2_embs_txts.py</c>.</summary>
internal sealed class EmbedTextsCommand
{
    private readonly Argument<string> _data = new("data_path") { Description = "Texts: a column of a .csv, \"caption\" of a .json list, or lines of a .txt." };
    private readonly Argument<string> _folder = new("save_dir") { Description = "The folder for COLUMN_FILE.pth." };
    private readonly Option<string> _column = new("--column") { Description = "The column of a .csv: txt2 for si_tc, edit for scores.", DefaultValueFactory = _ => "txt2" };
    private readonly CommandHost _host;
    private readonly DocumentedCommand _command;
    private readonly ModelArguments _model;
    private readonly WorkArguments _work;

    private EmbedTextsCommand(CommandHost host)
    {
        _host = host;
        _command = new DocumentedCommand("texts", "Embeds texts into one file, {\"texts\", \"feats\"}.")
        {
            Notes = "Needed for the caption term of the loss (model/loss_terms=si_ti+si_tc) and, with --column edit, for 'covr embed scores'.",
            Examples =
            [
                new("covr embed texts annotation/webvid-covr/webvid2m-covr_train.csv datasets/WebVid/2M/blip-vid-embs-large-all", "writes txt2_webvid2m-covr_train.pth there"),
                new("covr embed texts annotation/webvid-covr/webvid8m-covr_test.csv datasets/WebVid/8M/blip-vid-embs-large-all --column edit"),
            ],
        };
        _command.Add(_data);
        _command.Add(_folder);
        _command.Add(_column);
        _model = ModelArguments.ForTargets(_command);
        _work = WorkArguments.AddTo(_command, "Texts in one call of the model.", media: false);
        _command.SetAction(RunAsync);
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new EmbedTextsCommand(host)._command;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        _host.ResumeHint = "The same command goes on from here: finished batches are on the disk.";
        var (data, column) = (_host.PathOf(parsed.GetRequiredValue(_data)), parsed.GetRequiredValue(_column));
        var texts = await TextFile.ReadTextsAsync(data, column, cancellation);
        var model = _model.Read(_host, parsed);
        var file = Path.Combine(_host.PathOf(parsed.GetRequiredValue(_folder)), $"{column}_{Path.GetFileNameWithoutExtension(data)}.pth");
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);

        var services = _host.CreateServices();
        model.Use(services.AddCoVR().ShowDownloads(_host));
        await using var provider = services.BuildServiceProvider(validateScopes: true);
        var loaded = await LoadedModel.LoadAsync(_host, provider, model.Title, cancellation);
        var job = new TextEmbeddingJob(loaded, _work.Read(parsed), _host.Clock);
        var left = await _host.Report.RunAsync($"Embedding {column} of {_host.Shown(data)}", progress => job.EmbedAsync(texts, file, progress.OfJob("texts"), cancellation));
        _host.Say(left == 0
            ? FormattableString.Invariant($"{texts.Count:N0} texts -> {_host.Shown(file)}")
            : FormattableString.Invariant($"{left:N0} of {texts.Count:N0} texts are left to other workers; the last one writes {_host.Shown(file)}"));
        return ExitCodes.Done;
    }
}
