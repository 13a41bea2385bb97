using System.Globalization;
using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Storage;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.FashionIQ;

/// <summary>
/// Reads FashionIQ (Wu et al., Fashion IQ: A New Dataset Towards Retrieving Images by Natural Language Feedback, CVPR 2021),
/// as the reference's <c>src/data/fashioniq.py</c> does.
/// </summary>
/// <remarks>
/// Triplets come in file order with the row number as <see cref="Triplet.Id"/>; training goes through all of them. The
/// modification is both captions joined by " and ". The gallery is the split's list, each name once, by code point. Safe for
/// use from several threads.
/// </remarks>
internal sealed class FashionIQReader(FashionIQOptions options, ILogger logger) : DatasetReader<FashionIQOptions>(options, logger)
{
    private readonly Dictionary<string, FolderIndex> _pictures =
        options.MediaFolders.Values.Distinct(StringComparer.Ordinal).ToDictionary(folder => folder, folder => new FolderIndex(folder, options.Extensions));

    /// <inheritdoc/>
    public override async ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        var file = Options.AnnotationsOf(split);
        var entries = await ReadPartsAsync(file, cancellationToken).ConfigureAwait(false);
        var number = 0;
        var all = TripletList.Of(file, entries, entry => ToTriplet(entry, number++));
        var pictures = _pictures[Options.MediaFolders[split]];
        var media = new MediaPresence(Options, split, file, pictures.Folder, name => pictures.Find(name) is not null, Logger);
        var triplets = media.Keep(all, "candidate", "target");
        var listed = await ReadListAsync(split, cancellationToken).ConfigureAwait(false);
        var gallery = media.Keep(TripletList.RequireTargets(Options.Targets[split], triplets, listed), "gallery");
        Log.SplitRead(Logger, Name, split, triplets.Count, triplets.Count, gallery.Count);
        return media.CountMissing(new TripletDataset(Name, split, triplets, gallery) { Source = file });
    }

    /// <inheritdoc/>
    public override async ValueTask<AnnotationInspection> InspectAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        var file = Options.AnnotationsOf(split);
        List<AnnotationInspection.Issue> empty = [];
        var number = 0;
        var inspection = new JsonInspection(Name, await ReadPartsAsync(file, cancellationToken).ConfigureAwait(false), entry =>
        {
            var row = number++;
            empty.AddRange(EmptyCaptions(entry));
            return ToTriplet(entry, row);
        });
        inspection.Issues.AddRange(empty);
        var listed = await inspection.TryAsync(() => ReadListAsync(split, cancellationToken)).ConfigureAwait(false);
        return inspection.Of(split, file, listed);
    }

    /// <inheritdoc/>
    /// <remarks>The picture of that name in the folder of any split; else its expected path in the first.</remarks>
    public override MediaSource Locate(MediaId id) =>
        _pictures.Values.Select(folder => folder.Find(id.Value)).FirstOrDefault(path => path is not null)
            ?? Path.Combine(_pictures.Values.First().Folder, id.Value + Options.Extensions[0]);

    private static IEnumerable<AnnotationInspection.Issue> EmptyCaptions(JsonEntry entry) => entry.Get("captions").Items()
        .Where(caption => string.IsNullOrWhiteSpace(caption.Text()))
        .Select(caption => new AnnotationInspection.Issue(LogLevel.Warning, caption.File, "the caption is empty.") { Line = caption.Line, Field = caption.Place });

    private async Task<IReadOnlyList<MediaId>> ReadListAsync(DatasetSplit split, CancellationToken cancellationToken)
    {
        var names = await ReadPartsAsync(Options.Targets[split], cancellationToken).ConfigureAwait(false);
        return [.. names.Select(entry => entry.Identity().Value).Distinct(StringComparer.Ordinal).Order(CodePointComparer.Instance).Select(name => new MediaId(name))];
    }

    internal static Triplet ToTriplet(JsonEntry entry, int number)
    {
        var captions = entry.Get("captions").Items();
        return captions.Count == 2
            ? new Triplet(
                number.ToString(CultureInfo.InvariantCulture),
                entry.Get("candidate").Identity(),
                $"{captions[0].Text()} and {captions[1].Text()}",
                entry.Has("target") ? entry.Get("target").Identity() : null)
            : throw entry.Get("captions").Fault($"{captions.Count} captions, expected 2.");
    }

    /// <summary>Reads a file, or in place of a merged one that is not there those of the three categories.</summary>
    private static async Task<IReadOnlyList<JsonEntry>> ReadPartsAsync(string file, CancellationToken cancellationToken)
    {
        var name = Path.GetFileName(file);
        if (File.Exists(file) || !name.Contains(".all.", StringComparison.Ordinal))
        {
            return await JsonAnnotations.ReadAsync(file, null, cancellationToken).ConfigureAwait(false);
        }

        List<JsonEntry> entries = [];
        foreach (var category in FashionIQOptions.Categories)
        {
            var part = Path.Combine(Path.GetDirectoryName(file) ?? "", name.Replace(".all.", $".{category}.", StringComparison.Ordinal));
            entries.AddRange(await JsonAnnotations.ReadAsync(part, null, cancellationToken).ConfigureAwait(false));
        }

        return entries;
    }
}
