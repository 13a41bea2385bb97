using System.CommandLine;
using System.Globalization;
using CoVR.Cli.Hosting;
using CoVR.Cli.Reporting;
using CoVR.Downloads;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace CoVR.Cli.Commands.Download;

/// <summary><c>covr download annotations</c>: the reference's <c>download_annotation.sh</c>.</summary>
internal sealed class AnnotationsCommand
{
    private readonly Argument<string[]> _sets = new("sets")
    {
        Description = $"What to download: {string.Join(", ", AnnotationCatalog.Sets)}, or {AnnotationCatalog.Everything} for all of them.",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _folder = new("--folder") { Description = "The working folder, in which annotation/ and datasets/ are created.", DefaultValueFactory = _ => "." };
    private readonly Option<Uri?> _mirror = DownloadCommand.AddressOption("--base-url", "A server that has the files under the same paths: a mirror, or a colleague's working folder.");
    private readonly Option<string[]> _addresses = new("--address") { Description = "Another address for one file, as NAME=URL; may be repeated." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Downloads existing valid files again." };
    private readonly Option<bool> _dryRun = new("--dry-run", OptionNames.Aliases("--dry-run")) { Description = "Lists addresses and sizes, and downloads nothing." };

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new AnnotationsCommand().Build(host);

    private DocumentedCommand Build(CommandHost host)
    {
        var command = new DocumentedCommand("annotations", "Downloads the annotation files of data sets and reads each of them.")
        {
            Notes = """
                covr    WebVid-CoVR, 3 CSV files          annotation/webvid-covr/
                coir    CC-CoIR, 1 CSV file               annotation/cc-coir/
                cirr    CIRR, captions and picture lists  annotation/cirr/
                fiq     FashionIQ, and 'all' merged from dress, shirt and toptee, as merge_fiq_annotations.py does
                                                          annotation/fashion-iq/
                circo   CIRCO, val and test               datasets/CIRCO/annotations/
                Unlike in download_annotation.sh, 'all' includes CC-CoIR and CIRCO. A file that cannot be read is replaced once a valid one has arrived.
                """,
            Examples =
            [
                new("covr download annotations covr cirr"),
                new("covr download annotations all --dry-run", "lists addresses and sizes"),
                new("covr download annotations all --base-url http://colleague:8000", "from a folder that 'python3 -m http.server' serves"),
                new("covr download annotations circo --address val.json=https://example.org/circo-val.json"),
            ],
        };
        Array.ForEach<Option>([_folder, _mirror, _addresses, _overwrite, _dryRun], command.Add);
        command.Add(_sets);
        command.SetAction((parsed, cancellation) => RunAsync(host, FilesOf(parsed.GetRequiredValue(_sets)), ReadOptions(host, parsed), parsed.GetValue(_dryRun), cancellation));
        return command;
    }

    private AnnotationDownloadOptions ReadOptions(CommandHost host, ParseResult parsed)
    {
        var options = new AnnotationDownloadOptions
        {
            Folder = host.PathOf(parsed.GetRequiredValue(_folder)),
            BaseAddress = parsed.GetValue(_mirror),
            Overwrite = parsed.GetValue(_overwrite),
        };
        foreach (var (name, address) in (parsed.GetValue(_addresses) ?? []).Select(ReadAddress))
        {
            options.Addresses[name] = address;
        }

        return options;
    }

    private static IReadOnlyList<AnnotationFile> FilesOf(string[] sets)
    {
        try
        {
            return AnnotationCatalog.FilesOf(sets);
        }
        catch (ArgumentException)
        {
            var unknown = sets.First(set => !IsKnown(set));
            throw new CommandException(
                $"'{unknown}' is not a set of annotations. There are {string.Join(", ", AnnotationCatalog.Sets)} and {AnnotationCatalog.Everything}.{UsageErrors.DidYouMean(unknown, [.. AnnotationCatalog.Sets, "webvid-covr", "cc-coir", "fashioniq"])}",
                ExitCodes.Usage);
        }
    }

    private static bool IsKnown(string set)
    {
        try
        {
            return AnnotationCatalog.FilesOf([set]).Count > 0;
        }
        catch (ArgumentException)
        {
            return false;
        }
    }

    private static (string Name, Uri Address) ReadAddress(string text) =>
        text.Split('=', 2) is [{ Length: > 0 } name, var address] && DownloadCommand.TryAddress(address, out var uri)
            ? AnnotationCatalog.All.Any(file => file.Uri is not null && (file.Name == name || file.Path == name))
                ? (name, uri)
                : throw new CommandException($"--address names '{name}', which is not in the catalogue.{UsageErrors.DidYouMean(name, AnnotationCatalog.All.Select(file => file.Name))}", ExitCodes.Usage)
            : throw new CommandException($"--address '{text}' is not NAME=URL, such as val.json=https://example.org/val.json.", ExitCodes.Usage);

    private static async Task<int> RunAsync(CommandHost host, IReadOnlyList<AnnotationFile> files, AnnotationDownloadOptions options, bool dryRun, CancellationToken cancellation)
    {
        host.ResumeHint = DownloadCommand.ResumeHint;
        await using var services = host.CreateServices().BuildServiceProvider();
        using var downloader = new Downloader(null, host.Clock, services.GetRequiredService<ILogger<Downloader>>()) { Retries = 4 };
        var job = new AnnotationDownload(options, downloader);
        if (dryRun)
        {
            ShowPlan(host, job, files);
            return ExitCodes.Done;
        }

        var outcomes = await host.Report.RunAsync("Downloading annotations", progress => DownloadAsync(job, files, progress, cancellation));
        ShowOutcomes(host, outcomes);
        var failed = outcomes.Where(outcome => outcome.Status == AnnotationStatus.Failed).ToList();
        foreach (var outcome in failed)
        {
            host.Warn($"{outcome.File.Path}: {outcome.Reason}");
        }

        return failed.Count == 0 ? ExitCodes.Done : ExitCodes.Failed;
    }

    private static async Task<List<AnnotationOutcome>> DownloadAsync(AnnotationDownload job, IReadOnlyList<AnnotationFile> files, IProgress<WorkProgress> progress, CancellationToken cancellation)
    {
        List<AnnotationOutcome> outcomes = [];
        var bytes = new ImmediateProgress<JobProgress>(at => progress.Report(new WorkProgress(
            outcomes.Count, files.Count, "files", $"{at.Activity}: {DownloadCommand.Megabytes(at.Done)}{(at.Total is { } total ? $" of {DownloadCommand.Megabytes(total)}" : "")}")));
        await foreach (var outcome in job.DownloadAsync(files, bytes, cancellation))
        {
            outcomes.Add(outcome);
            progress.Report(new WorkProgress(outcomes.Count, files.Count, "files", outcome.File.Name));
        }

        return outcomes;
    }

    private static void ShowPlan(CommandHost host, AnnotationDownload job, IReadOnlyList<AnnotationFile> files)
    {
        var table = new Table().AddColumns("file", "state", "size", "from", "licence");
        foreach (var file in files)
        {
            var from = job.AddressOf(file)?.AbsoluteUri ?? $"made from {string.Join(", ", file.Parts.Select(part => part[(part.LastIndexOf('/') + 1)..]))}";
            table.AddRow(Texts(host.Shown(job.PathOf(file)), File.Exists(job.PathOf(file)) ? "there" : "missing", file.Bytes is { } bytes ? DownloadCommand.Megabytes(bytes) : "?", from, file.License));
        }

        host.Console.Write(table);
    }

    private static void ShowOutcomes(CommandHost host, IReadOnlyList<AnnotationOutcome> outcomes)
    {
        var table = new Table().AddColumns("file", "outcome", "entries", "size", "note");
        foreach (var outcome in outcomes)
        {
            table.AddRow(Texts(
                host.Shown(outcome.Path),
                Said(outcome.Status),
                outcome.Entries?.ToString("N0", CultureInfo.InvariantCulture) ?? "",
                outcome.Bytes is { } bytes ? DownloadCommand.Megabytes(bytes) : "",
                Note(outcome)));
        }

        host.Console.Write(table);
    }

    private static string Said(AnnotationStatus status) => status switch
    {
        AnnotationStatus.AlreadyThere => "exists already",
        _ => status.ToString().ToLowerInvariant(),
    };

    private static string Note(AnnotationOutcome outcome) =>
        outcome.Status == AnnotationStatus.Failed ? "see below"
        : outcome.Reason is { } reason ? reason
        : outcome.File.Entries is { } known && known != outcome.Entries ? FormattableString.Invariant($"{known:N0} entries when this program was written")
        : "";

    private static Text[] Texts(params string[] cells) => [.. cells.Select(cell => new Text(cell))];
}
