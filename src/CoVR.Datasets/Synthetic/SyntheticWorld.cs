using System.Text.Json;
using CoVR.Data;
using CoVR.Embedding;
using CoVR.Media;
using CoVR.Media.Video;
using CsvHelper;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Datasets.Synthetic;

/// <summary>
/// Writes a small world of coloured shapes: real PNG and MP4 files, captions, and edits in varied words, in the layout
/// of WebVid-CoVR, so that <see cref="WebVidCoVR.WebVidCoVRReader"/> reads it.
/// </summary>
/// <remarks>The targets of validation and test show combinations of attributes that no training picture shows.</remarks>
/// <param name="options">Sizes and seed; not changed afterwards.</param>
/// <param name="media">The ffmpeg that writes the clips; null for the defaults.</param>
/// <param name="logger">Is told when a world is written; may be null.</param>
public sealed class SyntheticWorld(SyntheticWorldOptions options, MediaOptions? media = null, ILogger<SyntheticWorld>? logger = null)
{
    private const double FramesPerSecond = 12;
    private const string Marker = "world.json";

    private readonly SyntheticWorldOptions _options = Validated(options);
    private readonly ILogger _logger = (ILogger?)logger ?? NullLogger.Instance;

    /// <summary>Writes the world, or finds it where it was written before with the same options.</summary>
    /// <param name="folder">Its folder; made when missing. Files that are there whole are kept, so that an interrupted call can be repeated.</param>
    /// <param name="progress">Told as files are written; may be null.</param>
    /// <param name="cancellationToken">Ends the work; what is written stays.</param>
    /// <returns>Where everything lies.</returns>
    /// <exception cref="InvalidOperationException">The folder holds a world of other options.</exception>
    /// <exception cref="MediaReadException">ffmpeg, which writes the clips, is missing or fails.</exception>
    public async Task<SyntheticWorldFiles> WriteAsync(
        string folder, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        var plan = new WorldPlan(_options);
        WorldItem[] items = [.. plan.Train.Items, .. plan.Validation.Items, .. plan.Test.Items];
        var clips = items.Count(item => item.IsClip);
        var files = new SyntheticWorldFiles(folder, items.Length - clips, clips, plan.Test.Items.Count);
        var marker = Path.Combine(folder, Marker);
        if (await IsDoneAsync(marker, cancellationToken).ConfigureAwait(false))
        {
            return files;
        }

        Directory.CreateDirectory(files.MediaFolder);
        await File.WriteAllTextAsync(marker, Describe(done: false), cancellationToken).ConfigureAwait(false);
        await WriteMediaAsync(files.MediaFolder, items, progress, cancellationToken).ConfigureAwait(false);
        await WriteSplitAsync(files, DatasetSplit.Train, plan.Train, withGallery: false, cancellationToken).ConfigureAwait(false);
        await WriteSplitAsync(files, DatasetSplit.Validation, plan.Validation, withGallery: true, cancellationToken).ConfigureAwait(false);
        await WriteSplitAsync(files, DatasetSplit.Test, plan.Test, withGallery: true, cancellationToken).ConfigureAwait(false);
        await File.WriteAllTextAsync(marker, Describe(done: true), cancellationToken).ConfigureAwait(false);
        Log.WorldWritten(_logger, _options.Seed, files.Pictures, files.Clips, folder);
        return files;
    }

    private static SyntheticWorldOptions Validated(SyntheticWorldOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var faults = options.Faults();
        return faults.Count == 0
            ? options
            : throw new ArgumentException($"SyntheticWorldOptions: {string.Join(" ", faults)}", nameof(options));
    }

    private string Describe(bool done) => JsonSerializer.Serialize(new { done, options = _options });

    private async Task<bool> IsDoneAsync(string marker, CancellationToken cancellationToken)
    {
        if (!File.Exists(marker))
        {
            return false;
        }

        var found = await File.ReadAllTextAsync(marker, cancellationToken).ConfigureAwait(false);
        return found == Describe(done: true) || (found == Describe(done: false)
            ? false
            : throw new InvalidOperationException($"'{Path.GetDirectoryName(marker)}' holds a world of other options; delete the folder or choose another one."));
    }

    private async Task WriteMediaAsync(string folder, WorldItem[] items, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        var painter = new ScenePainter(_options.Side, _options.Noise);
        var started = TimeProvider.System.GetTimestamp();
        var done = 0;
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount, CancellationToken = cancellationToken };
        await Parallel.ForEachAsync(items, parallel, async (item, token) =>
        {
            await WriteItemAsync(painter, folder, item, token).ConfigureAwait(false);
            var count = Interlocked.Increment(ref done);
            if (count % 200 == 0 || count == items.Length)
            {
                progress?.Report(new JobProgress(count, items.Length, 0, TimeProvider.System.GetElapsedTime(started)));
            }
        }).ConfigureAwait(false);
    }

    private async ValueTask WriteItemAsync(ScenePainter painter, string folder, WorldItem item, CancellationToken cancellationToken)
    {
        var path = Path.Combine(folder, item.Id + (item.IsClip ? ".mp4" : ".png"));
        if (File.Exists(path))
        {
            return;
        }

        var random = new Random(unchecked((_options.Seed * 1_000_003) + item.Number));
        if (item.IsClip)
        {
            var frames = painter.Clip(item.Scene, _options.ClipFrames, random);
            await MediaWriter.WriteMp4Async(path, frames, FramesPerSecond, media, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            MediaWriter.WritePng(path, painter.Picture(item.Scene, random));
        }
    }

    private static async Task WriteSplitAsync(
        SyntheticWorldFiles files, DatasetSplit split, WorldSplit content, bool withGallery, CancellationToken cancellationToken)
    {
        if (withGallery)
        {
            await File.WriteAllLinesAsync(files.Gallery(split), content.Items.Select(item => item.Id), cancellationToken).ConfigureAwait(false);
        }

        using var csv = CsvWriter.ToFile(files.Annotations(split), new CsvWriterOptions());
        csv.WriteHeader(["txt1", "txt2", "pth1", "pth2", "edit", "scores"]);
        foreach (var row in content.Triplets)
        {
            csv.WriteRecord([row.ReferenceCaption, row.TargetCaption, row.Reference.Id, row.Target.Id, row.Edit, "[]"]);
        }
    }
}
