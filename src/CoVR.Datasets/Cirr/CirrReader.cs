using System.Globalization;
using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

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
public sealed class CirrReader : IInspectableDataset
{
    private readonly CirrOptions _options;
    private readonly ILogger _logger;
    private readonly Dictionary<DatasetSplit, FolderIndex> _pictures;

    /// <summary>Creates a reader; nothing is read yet.</summary>
    /// <param name="options">Where the files lie; not changed afterwards.</param>
    /// <param name="logger">Logs entries that are left out; null: no log.</param>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public CirrReader(CirrOptions options, ILogger<CirrReader>? logger = null)
    {
        DatasetOptions.Validate(options);
        (_options, _logger) = (options, (ILogger?)logger ?? NullLogger.Instance);
        _pictures = options.MediaFolders.ToDictionary(
            pair => pair.Key, pair => new FolderIndex(pair.Value, options.Extensions, inSubfolders: pair.Key == DatasetSplit.Train));
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public IReadOnlyList<DatasetSplit> Splits => [.. _options.Annotations.Keys.Order()];

    /// <inheritdoc/>
    public async ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        var file = _options.AnnotationsOf(split);
        var entries = await JsonAnnotations.ReadAsync(file, null, cancellationToken).ConfigureAwait(false);
        var all = TripletList.Of(file, entries, ToTriplet);
        var pictures = _pictures[split];
        var media = new MediaPresence(_options, split, file, pictures.Folder, name => pictures.Find(name) is not null, _logger);
        var triplets = media.Keep(all, "reference", "target_hard");
        var gallery = media.Keep(await ReadGalleryAsync(split, triplets, cancellationToken).ConfigureAwait(false), "gallery");
        Log.SplitRead(_logger, Name, split, triplets.Count, triplets.Count, gallery.Count);
        return new TripletDataset(Name, split, triplets, gallery) { Source = file, LeftOut = media.LeftOut };
    }

    /// <inheritdoc/>
    public async ValueTask<AnnotationInspection> InspectAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        var file = _options.AnnotationsOf(split);
        var inspection = new JsonInspection(Name, await JsonAnnotations.ReadAsync(file, null, cancellationToken).ConfigureAwait(false), ToTriplet);
        var listed = _options.ImageSplits.TryGetValue(split, out var list)
            ? await inspection.TryAsync(() => ReadListAsync(list, cancellationToken)).ConfigureAwait(false)
            : [.. inspection.Named().Select(id => id.Value).Union(_pictures[split].Names).Order(CodePointComparer.Instance).Select(name => new MediaId(name))];
        return inspection.Of(split, file, listed);
    }

    /// <inheritdoc/>
    /// <remarks>The picture of that name in the folder of any split; else where it would lie in the first.</remarks>
    public MediaSource Locate(MediaId id) =>
        _pictures.Values.Select(folder => folder.Find(id.Value)).FirstOrDefault(path => path is not null)
            ?? Path.Combine(_pictures.Values.First().Folder, id.Value + _options.Extensions[0]);

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
        if (_options.ImageSplits.TryGetValue(split, out var list))
        {
            return TripletList.RequireTargets(list, triplets, await ReadListAsync(list, cancellationToken).ConfigureAwait(false));
        }

        var named = triplets.SelectMany(triplet => triplet.Subset!.Append(triplet.Reference).Concat(triplet.Target is { } target ? [target] : Array.Empty<MediaId>()));
        var names = _options.MissingMedia == MissingMediaPolicy.Ignore
            ? _pictures[split].Names.Concat(named.Select(id => id.Value)).Distinct(StringComparer.Ordinal).Order(CodePointComparer.Instance)
            : _pictures[split].Names;
        return [.. names.Select(name => new MediaId(name))];
    }
}
