using System.Text.Json;
using CoVR.Data;
using CoVR.Embedding;
using CoVR.Media;
using CoVR.Media.Video;
using CsvHelper;

namespace CoVR.Datasets.Synthetic;

/// <summary>Writes a <see cref="SyntheticWorld"/>.</summary>
/// <param name="options">Sizes and seed, without faults.</param>
/// <param name="media">The ffmpeg that writes the clips; null for the defaults.</param>
internal sealed class SyntheticWorldWriter(SyntheticWorldOptions options, MediaOptions? media)
{
    private const double FramesPerSecond = 12;
    private const string Marker = "world.json";

    /// <summary>Writes what is not there yet.</summary>
    public async Task<SyntheticWorld> WriteAsync(string folder, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        var plan = new WorldPlan(options);
        WorldItem[] items = [.. plan.Train.Items, .. plan.Validation.Items, .. plan.Test.Items];
        var files = new SyntheticWorld(folder, items, plan.Test.Items.Count);
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
        return files;
    }

    private string Describe(bool done) => JsonSerializer.Serialize(new { done, options });

    private async Task<bool> IsDoneAsync(string marker, CancellationToken cancellationToken)
    {
        if (!File.Exists(marker))
        {
            return false;
        }

        var found = await File.ReadAllTextAsync(marker, cancellationToken).ConfigureAwait(false);
        return found == Describe(done: true) || (found == Describe(done: false)
            ? false
            : throw new InvalidOperationException($"'{Path.GetDirectoryName(marker)}' holds a world made with different options; delete the folder or choose another."));
    }

    private async Task WriteMediaAsync(string folder, WorldItem[] items, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        var painter = new ScenePainter(options.Side, options.Noise);
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

        var random = new Random(unchecked((options.Seed * 1_000_003) + item.Number));
        if (item.IsClip)
        {
            var frames = painter.Clip(item.Scene, options.ClipFrames, random);
            await MediaWriter.WriteMp4Async(path, frames, FramesPerSecond, media, cancellationToken).ConfigureAwait(false);
        }
        else
        {
            MediaWriter.WritePng(path, painter.Picture(item.Scene, random));
        }
    }

    private static async Task WriteSplitAsync(
        SyntheticWorld files, DatasetSplit split, WorldSplit content, bool withGallery, CancellationToken cancellationToken)
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
