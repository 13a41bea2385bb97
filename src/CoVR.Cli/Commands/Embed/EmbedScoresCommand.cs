using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Cli.Reporting;
using CoVR.Cli.Runs;
using CoVR.Reproduction.Embedding;

namespace CoVR.Cli.Commands.Embed;

/// <summary><c>covr embed scores</c>, the reference's <c>get_scores.py</c>.</summary>
internal sealed class EmbedScoresCommand
{
    private const int Shown = 20;

    private readonly Argument<string> _data = new("data_csv") { Description = "An annotation file with the columns pth2 and edit." };
    private readonly Argument<string> _folder = new("save_dir") { Description = "The folder (or store) of the targets' embeddings; the edits' are looked for there." };
    private readonly Option<string?> _edits = new("--edits") { Description = "The embeddings of the edits. [default: edit_FILE.pth or edit-FILE.pth in save_dir]" };
    private readonly Option<bool> _merge = new("--merge") { Description = "Scores nothing: merges the files of all --num_shards workers." };
    private readonly CommandHost _host;
    private readonly DocumentedCommand _command;
    private readonly WorkArguments _work;

    private EmbedScoresCommand(CommandHost host)
    {
        _host = host;
        _command = new DocumentedCommand("scores", "Scores each frame of a target against the row's edit: a copy of the annotation with the column scores.")
        {
            Notes = "Embed the targets (covr embed videos) and the edits (covr embed texts FILE save_dir --column edit) first. Needs no model.",
            Examples =
            [
                new("covr embed scores annotation/webvid-covr/webvid8m-covr_test.csv datasets/WebVid/8M/blip-vid-embs-large-all", "writes webvid8m-covr_test_qs.csv beside the annotation"),
                new("covr embed scores train.csv embs -n 4 -i 0", "the first of four workers"),
                new("covr embed scores train.csv embs -n 4 --merge", "after all four are done"),
            ],
        };
        _command.Add(_data);
        _command.Add(_folder);
        _command.Add(_edits);
        _work = WorkArguments.AddShardTo(_command);
        _command.Add(_merge);
        _command.SetAction(RunAsync);
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new EmbedScoresCommand(host)._command;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var data = _host.PathOf(parsed.GetRequiredValue(_data));
        if (parsed.GetValue(_merge))
        {
            var merged = await FrameScoreJob.MergeAsync(data, Math.Max(2, _work.Shards(parsed)), cancellation);
            _host.Say($"merged: {_host.Shown(merged)}");
            return ExitCodes.Done;
        }

        var folder = _host.PathOf(parsed.GetRequiredValue(_folder));
        var edits = await _host.Report.RunAsync("Reading the edits", _ => Task.Run(() => TextEmbeddings.Load(FindEdits(parsed, data, folder)), cancellation));
        await using var gallery = EmbeddingFolder.OpenGallery(folder);
        var report = await _host.Report.RunAsync(
            $"Scoring {_host.Shown(data)}", progress => new FrameScoreJob(gallery, edits, _work.Shard(parsed)).ScoreAsync(data, progress.OfJob("rows"), cancellation));
        _host.Say(FormattableString.Invariant($"{report.Rows:N0} rows -> {_host.Shown(report.File)}; {report.Missing.Count:N0} targets have no embedding, so their rows have no scores"));
        foreach (var missing in report.Missing.Take(Shown))
        {
            await _host.Error.WriteLineAsync($"missing: {missing.Key}: {missing.Value}");
        }

        return report.Missing.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private string FindEdits(ParseResult parsed, string data, string folder)
    {
        if (parsed.GetValue(_edits) is { } given)
        {
            return _host.PathOf(given);
        }

        var stem = Path.GetFileNameWithoutExtension(data);
        string[] places = [Path.Combine(folder, $"edit_{stem}.pth"), Path.Combine(folder, $"edit-{stem}.pth")];
        return places.FirstOrDefault(File.Exists) ?? throw new CommandException(
            $"the edits are not embedded: there is no {_host.Shown(places[0])}. Create it with: covr embed texts {_host.Shown(data)} {_host.Shown(folder)} --column edit");
    }
}
