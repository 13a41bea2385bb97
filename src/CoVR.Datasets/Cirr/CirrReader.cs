using System.Globalization;
using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Storage;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.Cirr;

/// <summary>
/// Reads CIRR (Liu et al., Image Retrieval on Real-life Images with Pre-trained Vision-and-Language Models, ICCV 2021), as
/// the reference's <c>src/data/cirr.py</c> does.
/// </summary>
/// <remarks>
/// Triplets come in file order with <c>pairid</c> as <see cref="Triplet.Id"/>; training goes through all of them. The gallery
/// is every picture of the split, by name. A split whose entries have no <c>target_hard</c> is hidden; the reference looks at
/// the file's name instead. A caption may be blank: one of the published test split is. Safe for use from several threads.
/// </remarks>
internal sealed class CirrReader(CirrOptions options, ILogger logger) : DatasetReader<CirrOptions>(options, logger)
{
    private readonly Dictionary<DatasetSplit, FolderIndex> _pictures = options.MediaFolders.ToDictionary(
        pair => pair.Key, pair => new FolderIndex(pair.Value, options.Extensions, inSubfolders: pair.Key == DatasetSplit.Train));

    /// <inheritdoc/>
    public override async ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        var file = Options.AnnotationsOf(split);
        var entries = await JsonAnnotations.ReadAsync(file, null, cancellationToken).ConfigureAwait(false);
        var all = TripletList.Of(file, entries, ToTriplet);
        var pictures = _pictures[split];
        var media = new MediaPresence(Options, split, file, pictures.Folder, name => pictures.Find(name) is not null, Logger);
        var triplets = media.Keep(all, "reference", "target_hard");
        var gallery = media.Keep(await ReadGalleryAsync(split, triplets, cancellationToken).ConfigureAwait(false), "gallery");
        Log.SplitRead(Logger, Name, split, triplets.Count, triplets.Count, gallery.Count);
        return media.CountMissing(new TripletDataset(Name, split, triplets, gallery) { Source = file });
    }

    /// <inheritdoc/>
    public override async ValueTask<AnnotationInspection> InspectAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        var file = Options.AnnotationsOf(split);
        var inspection = new JsonInspection(Name, await JsonAnnotations.ReadAsync(file, null, cancellationToken).ConfigureAwait(false), ToTriplet);
        var listed = Options.ImageSplits.TryGetValue(split, out var list)
            ? await inspection.TryAsync(() => ReadListAsync(list, cancellationToken)).ConfigureAwait(false)
            : [.. inspection.Named().Select(id => id.Value).Union(_pictures[split].Names).Order(CodePointComparer.Instance).Select(name => new MediaId(name))];
        return inspection.Of(split, file, listed);
    }

    /// <inheritdoc/>
    /// <remarks>The picture of that name in the folder of any split; else its expected path in the first.</remarks>
    public override MediaSource Locate(MediaId id) =>
        _pictures.Values.Select(folder => folder.Find(id.Value)).FirstOrDefault(path => path is not null)
            ?? Path.Combine(_pictures.Values.First().Folder, id.Value + Options.Extensions[0]);

    internal static Triplet ToTriplet(JsonEntry entry) => new(
        entry.Get("pairid").Integer().ToString(CultureInfo.InvariantCulture),
        entry.Get("reference").Identity(),
        entry.Get("caption").Text(),
        entry.Has("target_hard") ? entry.Get("target_hard").Identity() : null)
    {
        Subset = [.. entry.Get("img_set").Get("members").Items().Select(member => member.Identity())],
        Answers = entry.Has("target_soft") ? ReadAnswers(entry.Get("target_soft")) : null,
    };

    private static Dictionary<MediaId, double> ReadAnswers(JsonEntry answers) =>
        answers.Properties().ToDictionary(pair => answers.Identity(pair.Key), pair => pair.Value.Number());

    private static async Task<IReadOnlyList<MediaId>> ReadListAsync(string list, CancellationToken cancellationToken)
    {
        var pictures = await JsonAnnotations.ReadObjectAsync(list, cancellationToken).ConfigureAwait(false);
        return [.. pictures.Properties().Select(pair => pair.Key).Order(CodePointComparer.Instance).Select(pictures.Identity)];
    }

    private async Task<IReadOnlyList<MediaId>> ReadGalleryAsync(DatasetSplit split, IReadOnlyList<Triplet> triplets, CancellationToken cancellationToken)
    {
        if (Options.ImageSplits.TryGetValue(split, out var list))
        {
            return TripletList.RequireTargets(list, triplets, await ReadListAsync(list, cancellationToken).ConfigureAwait(false));
        }

        var named = triplets.SelectMany(triplet => triplet.Subset!.Append(triplet.Reference).Concat(triplet.Target is { } target ? [target] : Array.Empty<MediaId>()));
        var names = Options.MissingMedia == MissingMediaPolicy.Ignore
            ? _pictures[split].Names.Concat(named.Select(id => id.Value)).Distinct(StringComparer.Ordinal).Order(CodePointComparer.Instance)
            : _pictures[split].Names;
        return [.. names.Select(name => new MediaId(name))];
    }
}
