using System.Globalization;
using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Datasets.Circo;

/// <summary>
/// Reads CIRCO (Baldrati et al., Zero-Shot Composed Image Retrieval with Textual Inversion, ICCV 2023), as the reference's
/// <c>src/data/circo.py</c> does.
/// </summary>
/// <remarks>
/// Triplets come in file order with <c>id</c> as <see cref="Triplet.Id"/>; there is no train split, and the answers of the test
/// split are hidden. Pictures are known by their file names (<c>000000271520</c>), which are also the names of their
/// embeddings; result files state numbers. The shared concept of a query is not used. Safe for use from several threads.
/// </remarks>
public sealed class CircoReader : IInspectableDataset
{
    private const string Extension = ".jpg";

    private readonly CircoOptions _options;
    private readonly ILogger _logger;
    private readonly FolderIndex _pictures;

    /// <summary>Creates a reader; nothing is read yet.</summary>
    /// <param name="options">Where the files lie; not changed afterwards.</param>
    /// <param name="logger">Logs entries that are left out; null: no log.</param>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public CircoReader(CircoOptions options, ILogger<CircoReader>? logger = null)
    {
        DatasetOptions.Validate(options);
        (_options, _logger) = (options, (ILogger?)logger ?? NullLogger.Instance);
        _pictures = new FolderIndex(options.MediaFolders.Values.First(), [Extension]);
    }

    /// <inheritdoc/>
    public string Name => _options.Name;

    /// <inheritdoc/>
    public IReadOnlyList<DatasetSplit> Splits => [.. _options.Annotations.Keys.Order()];

    /// <inheritdoc/>
    public async ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        var file = _options.AnnotationsOf(split);
        var images = await CircoImages.ReadAsync(_options.ImageInfo, cancellationToken).ConfigureAwait(false);
        var entries = await JsonAnnotations.ReadAsync(file, null, cancellationToken).ConfigureAwait(false);
        var media = new MediaPresence(_options, split, file, _pictures.Folder, name => _pictures.Find(name) is not null, _logger);
        var triplets = media.Keep(TripletList.Of(file, entries, entry => ToTriplet(entry, images)), "reference_img_id", "target_img_id");
        var gallery = media.Keep(images.All, "gallery");
        Log.SplitRead(_logger, Name, split, triplets.Count, triplets.Count, gallery.Count);
        return media.CountMissing(new TripletDataset(Name, split, triplets, gallery) { Source = file });
    }

    /// <inheritdoc/>
    public async ValueTask<AnnotationInspection> InspectAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        var file = _options.AnnotationsOf(split);
        var images = await CircoImages.ReadAsync(_options.ImageInfo, cancellationToken).ConfigureAwait(false);
        var entries = await JsonAnnotations.ReadAsync(file, null, cancellationToken).ConfigureAwait(false);
        return new JsonInspection(Name, entries, entry => ToTriplet(entry, images.WithUnknown())).Of(split, file, images.All);
    }

    /// <inheritdoc/>
    public MediaSource Locate(MediaId id) => _pictures.Find(id.Value) ?? Path.Combine(_pictures.Folder, id.Value + Extension);

    private static Triplet ToTriplet(JsonEntry entry, CircoImages images) => new(
        entry.Get("id").Integer().ToString(CultureInfo.InvariantCulture),
        images.Get(entry.Get("reference_img_id")),
        entry.Get("relative_caption").FilledText(),
        entry.Has("target_img_id") ? images.Get(entry.Get("target_img_id")) : null)
    {
        Answers = entry.Has("target_img_id") ? AnswersOf(entry.Get("gt_img_ids"), images) : null,
    };

    private static Dictionary<MediaId, double> AnswersOf(JsonEntry list, CircoImages images)
    {
        var answers = list.Items().Select(images.Get).Distinct().ToDictionary(id => id, _ => 1.0);
        return answers.Count > 0 ? answers : throw list.Fault("the list is empty, expected at least one right answer.");
    }
}
