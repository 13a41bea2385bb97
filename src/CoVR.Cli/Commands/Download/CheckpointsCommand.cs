using System.CommandLine;
using CoVR.Checkpoints;
using CoVR.Cli.Hosting;
using CoVR.Cli.Reporting;
using CoVR.Downloads;
using CoVR.Modeling;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace CoVR.Cli.Commands.Download;

/// <summary><c>covr download checkpoints</c>: the reference's <c>download_pretrained_models.sh</c>.</summary>
internal sealed class CheckpointsCommand
{
    private static readonly string[] Groups = ["all", ReleasedCheckpoint.Blip, ReleasedCheckpoint.Blip2];

    private readonly Argument<string[]> _names = new("names")
    {
        Description = "Names of weights as --list shows them; blip or blip2 for the CoVR weights of a family, all for both.",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<bool> _list = new("--list") { Description = "Lists all released weights, with the paths of those already downloaded." };
    private readonly Option<string?> _folder = new("--folder")
    {
        Description = "A working folder in which outputs/... is laid out as the reference's script does. [default: the cache, where every command finds them by name]",
    };

    private readonly Option<Uri?> _mirror = DownloadCommand.AddressOption("--base-url", "A mirror of the hub, for the files published there.");
    private readonly Option<bool> _dryRun = new("--dry-run", OptionNames.Aliases("--dry-run")) { Description = "Lists addresses and paths, and downloads nothing." };

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new CheckpointsCommand().Build(host);

    private DocumentedCommand Build(CommandHost host)
    {
        var command = new DocumentedCommand("checkpoints", "Downloads released weights of BLIP, BLIP-2, CoVR and CoVR-2.")
        {
            Notes = """
                The cache is COVR_CACHE, or covr below the user's application data. Weights that are used by name (model/ckpt=webvid-covr) are downloaded when
                they are needed; this command downloads them in advance. HF_TOKEN is sent to the hub for files that are not public.
                """,
            Examples =
            [
                new("covr download checkpoints --list"),
                new("covr download checkpoints blip/webvid-covr blip-l-coco"),
                new("covr download checkpoints blip2 --folder .", "all of CoVR-2, where the Python repository looks for them"),
            ],
        };
        Array.ForEach<Option>([_list, _folder, _mirror, _dryRun], command.Add);
        command.Add(_names);
        command.SetAction((parsed, cancellation) => RunAsync(host, parsed, cancellation));
        return command;
    }

    private async Task<int> RunAsync(CommandHost host, ParseResult parsed, CancellationToken cancellation)
    {
        var places = new CheckpointPlaces(host, parsed.GetValue(_folder), parsed.GetValue(_mirror));
        var asked = parsed.GetValue(_names) ?? [];
        var entries = asked.Length == 0 ? ReleasedCheckpoint.All : EntriesOf(asked);
        if (asked.Length > 0 && !parsed.GetValue(_list) && !parsed.GetValue(_dryRun))
        {
            return await DownloadAsync(host, places, entries, cancellation);
        }

        ShowList(host, places, entries);
        return ExitCodes.Done;
    }

    private static List<ReleasedCheckpoint> EntriesOf(IEnumerable<string> names) => [.. names.SelectMany(EntriesOf).Distinct()];

    private static IEnumerable<ReleasedCheckpoint> EntriesOf(string name)
    {
        if (Groups.Contains(name, StringComparer.OrdinalIgnoreCase))
        {
            return ReleasedCheckpoint.All.Where(entry =>
                entry is { Uri: not null, ReferencePath: not null } && (name.Equals("all", StringComparison.OrdinalIgnoreCase) || entry.Family.Equals(name, StringComparison.OrdinalIgnoreCase)));
        }

        var entry = ReleasedCheckpoint.Get(name);
        return entry.Uri is not null ? [entry] : throw new CommandException($"{name}: the reference names these weights, but they were never published.", ExitCodes.Usage);
    }

    private static async Task<int> DownloadAsync(CommandHost host, CheckpointPlaces places, IReadOnlyList<ReleasedCheckpoint> entries, CancellationToken cancellation)
    {
        host.ResumeHint = DownloadCommand.ResumeHint;
        await using var services = host.CreateServices().BuildServiceProvider();
        using var downloader = new Downloader(null, host.Clock, services.GetRequiredService<ILogger<Downloader>>());
        var failed = 0;
        foreach (var entry in entries)
        {
            var path = places.PathOf(entry);
            if (File.Exists(path))
            {
                host.Say($"{entry.FullName}: {host.Shown(path)} exists already");
                continue;
            }

            try
            {
                await host.Report.RunAsync(entry.FullName, progress => places.DownloadAsync(entry, downloader, progress.OfJob(WorkProgress.Bytes), cancellation));
                host.Say($"{entry.FullName}: {host.Shown(path)}, {DownloadCommand.Megabytes(new FileInfo(path).Length)}");
            }
            catch (CheckpointException error)
            {
                failed++;
                host.Warn(error.Message);
            }
        }

        return failed == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static void ShowList(CommandHost host, CheckpointPlaces places, IReadOnlyList<ReleasedCheckpoint> entries)
    {
        var table = new Table().AddColumns("name", "weights", "state", "path", "from", "licence");
        foreach (var entry in entries)
        {
            var path = places.PathOf(entry);
            table.AddRow(new[]
            {
                entry.FullName, entry.Training, entry.Uri is null ? "not published" : File.Exists(path) ? "there" : "missing",
                host.Shown(path), places.AddressOf(entry)?.AbsoluteUri ?? "", entry.License,
            }.Select(cell => new Text(cell)));
        }

        host.Console.Write(table);
    }
}
