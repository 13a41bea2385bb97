using System.Collections.Concurrent;
using CoVR.Data;
using CoVR.Datasets.Annotations;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>
/// Reads data sets of the WebVid-CoVR layout: one CSV file per split with the columns <c>pth1</c>, <c>pth2</c>, <c>edit</c>
/// and optionally <c>txt1</c>, <c>txt2</c>, <c>scores</c>, <c>sim_txt</c>, <c>sim_vid</c> (the reference's <c>src/data/webvid_covr.py</c>).
/// </summary>
/// <remarks>
/// Triplets come in file order with the row number as <see cref="Triplet.Id"/>; several rows may share a target, of which
/// training draws one. Safe for use from several threads.
/// </remarks>
internal sealed class WebVidCoVRReader(WebVidCoVROptions options, ILogger logger) : DatasetReader<WebVidCoVROptions>(options, logger)
{
    private readonly ConcurrentDictionary<string, string?> _paths = new(StringComparer.Ordinal);

    /// <inheritdoc/>
    public override async ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        var file = Options.AnnotationsOf(split);
        var (triplets, items, media) = await Task.Run(() => ReadTriplets(file, split, cancellationToken), cancellationToken).ConfigureAwait(false);
        var candidates = ReadCandidates(split, triplets);
        Log.SplitRead(Logger, Name, split, triplets.Count, items, candidates.Count);
        return media.CountMissing(new TripletDataset(Name, split, triplets, candidates) { Source = file });
    }

    /// <inheritdoc/>
    public override async ValueTask<AnnotationInspection> InspectAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        var inspection = new WebVidCoVRInspection(Options, split, Options.AnnotationsOf(split));
        var triplets = await Task.Run(() => inspection.Read(cancellationToken), cancellationToken).ConfigureAwait(false);
        return inspection.Of(triplets, inspection.ReadGallery(triplets));
    }

    /// <inheritdoc/>
    /// <remarks>The first file that exists in the folders of all splits; else where the first extension would be.</remarks>
    public override MediaSource Locate(MediaId id) =>
        Options.MediaFolders.Values.Distinct(StringComparer.Ordinal).Select(folder => Find(folder, id.Value)).FirstOrDefault(path => path is not null)
            ?? Path.Combine(Options.MediaFolders.Values.First(), id.Value + Options.Extensions[0]);

    private (WebVidCoVRTriplets Triplets, int Items, MediaPresence Media) ReadTriplets(string file, DatasetSplit split, CancellationToken cancellationToken)
    {
        var byRule = Options.Edits is not null;
        var (table, media) = BuildTable(file, split, new WebVidCoVRCsv(file, byRule).Read(cancellationToken));
        var triplets = new WebVidCoVRTriplets(table.Rows, Options);
        if (triplets.Count < table.Rows.Count)
        {
            Log.EditsMissing(Logger, Name, split, table.Rows.Count - triplets.Count, table.Rows.Count);
        }

        return triplets.Count > 0
            ? (triplets, table.ItemCount, media)
            : throw new DatasetFormatException(file, null, "txt2", "no two captions differ in any word, so the rules cannot make an edit.");
    }

    private (WebVidCoVRTable Table, MediaPresence Media) BuildTable(string file, DatasetSplit split, WebVidCoVRRows rows)
    {
        if (rows.Count == 0)
        {
            throw new DatasetFormatException(file, 1, null, "there is a header but no row.");
        }

        if (Options.Iterate == WebVidCoVROptions.Iteration.TargetCaption && rows[0].TargetCaption is null)
        {
            throw new DatasetFormatException(file, 1, "txt2", "the column is missing, and iterating by target captions needs it.");
        }

        var folder = Options.MediaFolders[split];
        Func<string, bool> exists = id => Find(folder, id) is not null;
        var media = new MediaPresence(Options, split, file, folder, exists, Logger);
        var table = Options.MissingMedia == MissingMediaPolicy.Ignore
            ? WebVidCoVRTable.Build(rows, Options.Iterate)
            : WebVidCoVRTable.Build(rows, Options.Iterate, exists, media.CanBeSearched);
        media.Report(table.MissingReferences, table.MissingTargets, table.Rows.Count, rows.Count);
        var targets = rows.TargetCount - table.Rows.TargetCount;
        media.Count(rows.Count - table.Rows.Count, targets, Options.Galleries.ContainsKey(split) ? 0 : targets);
        CheckTestItems(file, split, table);
        return (table, media);
    }

    private static void CheckTestItems(string file, DatasetSplit split, WebVidCoVRTable table)
    {
        if (split == DatasetSplit.Test && table.Items.FirstOrDefault(item => item.Rows.Count > 1) is { } item)
        {
            throw new DatasetFormatException(file, item.Rows[1].Line, null, $"the test split has '{item.Key}' twice (first on line {item.Rows[0].Line}); iterate by triplets to score every row.");
        }
    }

    /// <summary>Reads the list of a gallery: one identity per line. Without <paramref name="onFault"/> the first line that is not valid text throws.</summary>
    internal static MediaId[] ReadGallery(string file, Action<DatasetFormatException>? onFault = null) =>
        [.. TextFile.ReadLines(file, "gallery file", onFault).Where(line => !string.IsNullOrWhiteSpace(line)).Select(line => new MediaId(line.Trim())).Distinct()];

    private IReadOnlyList<MediaId> ReadCandidates(DatasetSplit split, WebVidCoVRTriplets triplets)
    {
        var targets = triplets.Rows.Targets().Select(id => new MediaId(id)).ToArray();
        if (!Options.Galleries.TryGetValue(split, out var file))
        {
            return targets;
        }

        var gallery = ReadGallery(file);
        var known = gallery.ToHashSet();
        return targets.FirstOrDefault(target => !known.Contains(target)) is { Value.Length: > 0 } absent
            ? throw new DatasetFormatException(file, null, null, $"the gallery lacks the target '{absent}'.")
            : gallery;
    }

    private string? Find(string folder, string id) => _paths.GetOrAdd(
        Path.Combine(folder, id),
        static (path, extensions) => extensions.Select(extension => path + extension).FirstOrDefault(File.Exists),
        Options.Extensions);
}
