namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>Pictures and videos: present, complete, of a supported format; decoded with <see cref="DoctorLevel.Full"/>.</summary>
internal sealed class MediaCheck(IFrameReader frames) : IDoctorCheck
{
    /// <summary>The fix for a file without read permission.</summary>
    internal const string Allow = "Give this user permission to read it; the file itself may be fine.";

    private static readonly string[] VideoExtensions = [".mp4", ".m4v", ".mov", ".mkv", ".webm", ".avi"];
    private static readonly string[] PictureExtensions = [".jpg", ".jpeg", ".png", ".bmp", ".webp"];

    public string Name => "media";

    /// <summary>Whether a file has the extension of a video.</summary>
    public static bool IsVideo(MediaSource source) => source.Path is { } path && VideoExtensions.Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);

    public async ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        using var record = Record(context);
        var known = 0;
        foreach (var dataset in context.Request.Datasets)
        {
            var items = await ItemsAsync(context, dataset, cancellationToken);
            context.Expect(items.Count);
            var workers = new ParallelOptions { MaxDegreeOfParallelism = context.Request.Workers, CancellationToken = cancellationToken };
            await Parallel.ForEachAsync(items, workers, async (item, token) =>
            {
                var key = record is null ? null : MediaRecord.KeyOf(dataset.Reader.Locate(item.Key));
                if (record?.Knows(key) == true)
                {
                    Interlocked.Increment(ref known);
                }
                else if (await LookAsync(context, dataset, item.Key, () => record?.Add(key), token) is { } finding)
                {
                    context.Report(finding with { Dataset = dataset.Name, Id = item.Key.Value, Reason = $"{finding.Reason} Named by {item.Value}." });
                }

                context.Advance();
            });
        }

        if (known > 0)
        {
            context.Report(new Finding(Severity.Note, FindingKinds.MediaResumed, FormattableString.Invariant($"{known} pictures and videos had been decoded by an earlier, interrupted run")));
        }

        record?.Remove();
    }

    /// <summary>The record of a run that decodes everything, which can take days; null for other runs, or if it cannot be written.</summary>
    private static MediaRecord? Record(DoctorContext context)
    {
        if (!context.IsFull || context.Request.RecordFolder is not { } folder || context.Request.Datasets.Count == 0)
        {
            return null;
        }

        try
        {
            return MediaRecord.Open(folder);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            context.Report(new Finding(Severity.Warning, FindingKinds.MediaResumed, $"no record of decoded media can be kept, so an interrupted run starts again: {error.Message}") { File = Path.Combine(folder, MediaRecord.FileName) });
            return null;
        }
    }

    /// <summary>Every item, and where it is first named.</summary>
    private static async ValueTask<Dictionary<MediaId, Naming>> ItemsAsync(DoctorContext context, DoctorDataset dataset, CancellationToken cancellationToken)
    {
        Dictionary<MediaId, Naming> items = [];
        foreach (var split in await context.ReadAsync(dataset, cancellationToken))
        {
            for (var i = 0; i < split.Content.Dataset.Triplets.Count; i++)
            {
                var triplet = split.Content.Dataset.Triplets[i];
                items.TryAdd(triplet.Reference, new Naming(split, i, "as reference"));
                if (triplet.Target is { } target)
                {
                    items.TryAdd(target, new Naming(split, i, "as target"));
                }
            }

            foreach (var candidate in split.Content.Dataset.Candidates)
            {
                items.TryAdd(candidate, new Naming(split, null, "as candidate"));
            }
        }

        return items;
    }

    private async ValueTask<Finding?> LookAsync(DoctorContext context, DoctorDataset dataset, MediaId id, Action isHealthy, CancellationToken cancellationToken)
    {
        var source = dataset.Reader.Locate(id);
        try
        {
            if (source.Path is { } path && LookAtFile(path) is { } finding)
            {
                return finding;
            }

            if (context.IsFull)
            {
                await frames.ReadAsync(source, EndToEndSampler.Instance, cancellationToken);
                isHealthy();
            }

            return null;
        }
        catch (MediaReadException fault) when (fault.Failure == MediaFailure.DecoderMissing)
        {
            // FfmpegCheck reports this once.
            return null;
        }
        catch (MediaReadException fault)
        {
            return Fault(KindOf(fault.Failure), fault.Reason, source.DisplayName);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            return Fault(FindingKinds.MediaMissing, "the file is a link to a missing target.", source.DisplayName);
        }
        catch (UnauthorizedAccessException fault)
        {
            return Fault(FindingKinds.MediaUnreadable, $"permission to read the file is denied: {fault.Message}", source.DisplayName) with { Fix = Allow };
        }
        catch (IOException fault)
        {
            return Fault(FindingKinds.MediaUnreadable, $"the file cannot be read: {fault.Message}", source.DisplayName);
        }
    }

    private static Finding? LookAtFile(string path)
    {
        if (!File.Exists(path))
        {
            return Fault(FindingKinds.MediaMissing, "there is no file.", path);
        }

        var verdict = MediaSignature.Look(path);
        if (verdict.Kind is not null)
        {
            return Fault(verdict.Kind, verdict.Reason!, path);
        }

        var isMisnamed = verdict.IsVideo is { } isVideo && (isVideo ? PictureExtensions : VideoExtensions).Contains(Path.GetExtension(path), StringComparer.OrdinalIgnoreCase);
        return isMisnamed
            ? new Finding(Severity.Warning, FindingKinds.MediaMisnamed, $"the name says {(verdict.IsVideo == true ? "picture, the bytes say video" : "video, the bytes say picture")}.") { File = path, Fix = "Check it: the download may have returned a different file." }
            : null;
    }

    private static Finding Fault(string kind, string reason, string file) => new(Severity.Fault, kind, reason)
    {
        File = file,
        Remedy = Remedy.Download,
        Fix = kind == FindingKinds.MediaMissing ? "Download it, or correct the path of the media folder." : "Delete the file and download it again.",
    };

    private static string KindOf(MediaFailure failure) => failure switch
    {
        MediaFailure.NotFound => FindingKinds.MediaMissing,
        MediaFailure.Empty => FindingKinds.MediaEmpty,
        MediaFailure.UnknownFormat => FindingKinds.MediaUnknownFormat,
        MediaFailure.Truncated => FindingKinds.MediaTruncated,
        MediaFailure.Corrupt or MediaFailure.NoFrames => FindingKinds.MediaCorrupt,
        MediaFailure.TooLarge => FindingKinds.MediaTooLarge,
        _ => FindingKinds.MediaUnreadable,
    };

    /// <summary>Where an item is named; formatted only when needed.</summary>
    private sealed record Naming(InspectedSplit Split, int? Row, string Role)
    {
        public override string ToString() =>
            Path.GetFileName(Split.File) + (Row is { } row && Split.Content.LineOf(row) is { } line ? FormattableString.Invariant($", line {line}") : "") + $" {Role}";
    }

    /// <summary>First, middle and last frame, so that the whole video is decoded.</summary>
    private sealed class EndToEndSampler : IFrameSampler
    {
        public static EndToEndSampler Instance { get; } = new();

        public IReadOnlyList<int> Select(int frameCount) => [.. new[] { 0, frameCount / 2, frameCount - 1 }.Distinct()];
    }
}
