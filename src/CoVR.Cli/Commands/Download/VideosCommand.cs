using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Cli.Reporting;
using CoVR.Downloads;
using CoVR.Embedding;
using CoVR.Media;
using CoVR.Training.Mpi;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace CoVR.Cli.Commands.Download;

/// <summary><c>covr download videos</c>: the reference's <c>download_covr.py</c>.</summary>
internal sealed class VideosCommand
{
    private readonly Option<string> _split = new("--split") { Description = "train, val or test.", DefaultValueFactory = _ => "test" };
    private readonly Option<string> _folder = new("--folder") { Description = "The working folder, in which annotation/ lies.", DefaultValueFactory = _ => "." };
    private readonly Option<string> _dataFolder = new("--data-dir", OptionNames.Aliases("--data-dir"))
    {
        Description = "The folder of data sets, below the working folder; videos go to WebVid/2M/train (train) or WebVid/8M/train (val, test) in it.",
        DefaultValueFactory = _ => "datasets",
    };

    private readonly Option<string?> _annotations = new("--annotations", "--todo-ids", "--todo_ids")
    {
        Description = "What to download: the pth1 and pth2 of a .csv, or a text file with one id per line. [default: the split's annotations if they exist, otherwise the whole list]",
    };

    private readonly Option<string?> _list = new("--list", "--metadata")
    {
        Description = "The list of addresses: the reference's JSON file, or WebVid's table (results_2M_train.csv: videoid, page_dir, contentUrl). [default: the reference's list, which is downloaded]",
    };

    private readonly Option<Uri?> _listAddress = DownloadCommand.AddressOption("--list-url", "The URL of the list of addresses. [default: the reference's address]");
    private readonly Option<Uri?> _mirror = DownloadCommand.AddressOption("--base-url", "A server that has the videos as ID.mp4, used instead of the addresses in the list.");
    private readonly Option<int> _shards = new Option<int>("--num-shards", OptionNames.Aliases("--num-shards", "--partitions")) { Description = "The number of parts that the videos are divided into.", DefaultValueFactory = _ => 1 }.Between(1, 1_000_000);
    private readonly Option<int> _shard = new Option<int>("--shard-id", OptionNames.Aliases("--shard-id", "--part")) { Description = "The part that this process downloads, counted from 0.", DefaultValueFactory = _ => 0 }.Between(0, 999_999);
    private readonly Option<int> _workers = new Option<int>("--workers", "--processes") { Description = "Simultaneous downloads.", DefaultValueFactory = _ => 8 }.Between(1, 256);
    private readonly Option<string> _check = new("--check") { Description = "How to check a video: decode its first frame, or its first and last.", DefaultValueFactory = _ => "first" };
    private readonly Option<bool> _checkExisting = new("--check-existing", OptionNames.Aliases("--check-existing"))
    {
        Description = "Also checks existing files, and replaces those that are not videos.",
    };

    private readonly Option<bool> _retryFailed = new("--retry-failed", OptionNames.Aliases("--retry-failed")) { Description = "Also retries videos that an earlier run found to be gone or not a video." };
    private readonly Option<int> _retries = new Option<int>("--retries") { Description = "How many times a broken transfer is retried.", DefaultValueFactory = _ => 4 }.Between(0, 1000);
    private readonly Option<int> _stallSeconds = new Option<int>("--timeout") { Description = "Seconds without data after which a transfer is given up.", DefaultValueFactory = _ => 30 }.Between(1, 86_400);
    private readonly Option<int> _videoTimeout = OptionRules.VideoTimeout();
    private readonly Option<bool> _dryRun = new("--dry-run", OptionNames.Aliases("--dry-run")) { Description = "Lists what would be downloaded, without contacting a server." };

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new VideosCommand().Build(host);

    private Command Build(CommandHost host)
    {
        var command = new DocumentedCommand("videos", "Downloads the videos of WebVid-CoVR, several at a time and in shards, and decodes each of them.")
        {
            Notes = """
                Beside the videos, downloads-SPLIT.jsonl records what happened to each, and missing-SPLIT.csv lists those that are missing.
                A video that the server no longer has (404, 403) and a file that is not a video are not requested again; all other failures are retried by the next run.
                Shards do not depend on what is already there: start and stop them at any time, on any machine.
                Exit code 0: all are there; 1: some are missing.
                """,
            Examples =
            [
                new("covr download videos --split test"),
                new("covr download videos --split train --num_shards 8 --shard_id 3", "one of eight machines"),
                new("mpirun -n 4 covr download videos --split train", "each rank takes a quarter"),
                new("covr download videos --split val --dry-run", "lists ids and addresses"),
                new("covr download videos --split train --list results_2M_train.csv", "using the addresses in WebVid's own table"),
                new("covr download videos --split test --base-url http://colleague:8000/datasets/WebVid/8M/train", "from a colleague's folder"),
            ],
        };
        _split.AcceptOnlyFromAmong([.. WebVidVideos.All.Select(videos => videos.Name)]);
        _check.AcceptOnlyFromAmong("first", "last");
        Array.ForEach<Option>([_split, _folder, _dataFolder, _annotations, _list, _listAddress, _mirror, _shards, _shard, _workers, _check, _checkExisting, _retryFailed, _retries, _stallSeconds, _videoTimeout, _dryRun], command.Add);
        command.SetAction((parsed, cancellation) => RunAsync(host, parsed, cancellation));
        return command;
    }

    private Shard ReadShard(ParseResult parsed)
    {
        var (index, count) = (parsed.GetValue(_shard), parsed.GetValue(_shards));
        if (parsed.GetResult(_shards) is null or { Implicit: true } && RankInfo.Detect() is { Size: > 1 } place)
        {
            return new Shard(place.Rank, place.Size);
        }

        return index < count
            ? new Shard(index, count)
            : throw new CommandException($"--shard-id is {index}; it must be below --num-shards, which is {count}. Shards are counted from 0.", ExitCodes.Usage);
    }

    private VideoDownloadOptions ReadOptions(CommandHost host, ParseResult parsed)
    {
        var videos = WebVidVideos.All.First(videos => videos.Name == parsed.GetRequiredValue(_split));
        var options = videos.ToOptions(host.PathOf(parsed.GetRequiredValue(_folder)), parsed.GetRequiredValue(_dataFolder));
        if (parsed.GetValue(_annotations) is { } wanted)
        {
            var isTable = Path.GetExtension(wanted).Equals(".csv", StringComparison.OrdinalIgnoreCase);
            options.Annotations = isTable ? Existing(host, wanted) : null;
            options.Ids = isTable ? null : Existing(host, wanted);
        }

        options.BaseAddress = parsed.GetValue(_mirror);
        if (parsed.GetValue(_list) is { } list)
        {
            (options.List, options.ListAddress) = (Existing(host, list), null);
        }
        else if (options.BaseAddress is not null && (options.Annotations ?? options.Ids) is not null)
        {
            (options.List, options.ListAddress) = (null, null);
        }

        options.ListAddress = parsed.GetValue(_listAddress) ?? options.ListAddress;
        options.Shard = ReadShard(parsed);
        options.Workers = parsed.GetValue(_workers);
        options.CheckLastFrame = parsed.GetRequiredValue(_check) == "last";
        options.CheckExisting = parsed.GetValue(_checkExisting);
        options.RetryFailed = parsed.GetValue(_retryFailed);
        return options;
    }

    private static string Existing(CommandHost host, string path) =>
        File.Exists(host.PathOf(path)) ? host.PathOf(path) : throw new CommandException($"there is no file {host.PathOf(path)}.", ExitCodes.Usage);

    private async Task<int> RunAsync(CommandHost host, ParseResult parsed, CancellationToken cancellation)
    {
        host.ResumeHint = DownloadCommand.ResumeHint;
        var options = ReadOptions(host, parsed);
        await using var services = host.CreateServices().BuildServiceProvider();
        // With many videos a retry is not worth a line; the journal has the result.
        using var downloader = new Downloader(null, host.Clock, host.Logs.Verbose ? services.GetRequiredService<ILogger<Downloader>>() : null)
        {
            Retries = parsed.GetValue(_retries),
            StallTimeout = TimeSpan.FromSeconds(parsed.GetValue(_stallSeconds)),
        };
        var frames = new MediaFrameReader(options: new MediaOptions { Timeout = TimeSpan.FromSeconds(parsed.GetValue(_videoTimeout)) });
        var job = new VideoDownload(options, downloader, frames, host.Clock, services.GetRequiredService<ILogger<VideoDownload>>());
        if ((options.Annotations ?? options.Ids) is null && !parsed.GetValue(_dryRun))
        {
            host.Warn($"this split has no annotations here ('covr download annotations covr' gets them), so all videos in the list are downloaded.");
        }

        return parsed.GetValue(_dryRun) ? await ShowPlanAsync(host, job, options, cancellation) : await DownloadAsync(host, job, options, cancellation);
    }

    private static async Task<int> ShowPlanAsync(CommandHost host, VideoDownload job, VideoDownloadOptions options, CancellationToken cancellation)
    {
        if (options.List is { } list && !File.Exists(list))
        {
            host.Say($"The list of addresses would be downloaded first: {options.ListAddress} -> {host.Shown(list)}. The rest is known once it is here.");
            return ExitCodes.Done;
        }

        var counts = new SortedDictionary<VideoStatus, long>();
        await foreach (var video in job.PlanAsync(cancellation))
        {
            counts[video.Status] = counts.GetValueOrDefault(video.Status) + 1;
            if (video.Status == VideoStatus.Planned)
            {
                host.Say($"{video.Id}\t{video.Address}");
            }
        }

        ShowCounts(host, counts);
        return ExitCodes.Done;
    }

    private static async Task<int> DownloadAsync(CommandHost host, VideoDownload job, VideoDownloadOptions options, CancellationToken cancellation)
    {
        if (options is { List: { } list, ListAddress: not null } && !File.Exists(list))
        {
            await host.Report.RunAsync("Downloading the list of addresses", progress => job.FetchListAsync(progress.OfJob(WorkProgress.Bytes), cancellation));
        }

        var counts = new SortedDictionary<VideoStatus, long>();
        await host.Report.RunAsync("Downloading videos", async progress =>
        {
            var steps = new ImmediateProgress<VideoProgress>(at => progress.Report(new WorkProgress(at.Done, at.Total, "videos", $"{DownloadCommand.Megabytes(at.Bytes)}{(at.Missing > 0 ? $", {at.Missing:N0} missing" : "")}")));
            await foreach (var outcome in job.DownloadAsync(steps, cancellation))
            {
                counts[outcome.Status] = counts.GetValueOrDefault(outcome.Status) + 1;
            }
        });
        ShowCounts(host, counts);
        if (!File.Exists(options.MissingFile))
        {
            return ExitCodes.Done;
        }

        var missing = counts.Where(pair => pair.Key is not (VideoStatus.Downloaded or VideoStatus.AlreadyThere)).Sum(pair => pair.Value);
        host.Warn($"{missing:N0} {(missing == 1 ? "video is" : "videos are")} missing; {host.Shown(options.MissingFile)} says which and why.");
        return ExitCodes.Failed;
    }

    private static void ShowCounts(CommandHost host, IReadOnlyDictionary<VideoStatus, long> counts)
    {
        var table = new Table().AddColumns("outcome", "videos");
        foreach (var (status, count) in counts)
        {
            table.AddRow(Said(status), FormattableString.Invariant($"{count:N0}"));
        }

        host.Console.Write(table);
    }

    private static string Said(VideoStatus status) => status switch
    {
        VideoStatus.Downloaded => "downloaded",
        VideoStatus.AlreadyThere => "were there",
        VideoStatus.Failed => "failed; the next run retries them",
        VideoStatus.Gone => "gone: the server no longer has them",
        VideoStatus.NotAVideo => "the server sent something else",
        VideoStatus.NoAddress => "not in the list of addresses",
        VideoStatus.Invalid => "unusable id or address",
        _ => "would be downloaded",
    };
}
