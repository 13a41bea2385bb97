using System.Globalization;
using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Storage;
using Microsoft.Extensions.Logging;

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
internal sealed class CircoReader(CircoOptions options, ILogger logger) : DatasetReader<CircoOptions>(options, logger)
{
    private const string Extension = ".jpg";

    private readonly FolderIndex _pictures = new(options.MediaFolders.Values.First(), [Extension]);

    /// <inheritdoc/>
    public override async ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        var file = Options.AnnotationsOf(split);
        var images = await CircoImages.ReadAsync(Options.ImageInfo, cancellationToken).ConfigureAwait(false);
        var entries = await JsonAnnotations.ReadAsync(file, null, cancellationToken).ConfigureAwait(false);
        var media = new MediaPresence(Options, split, file, _pictures.Folder, name => _pictures.Find(name) is not null, Logger);
        var triplets = media.Keep(TripletList.Of(file, entries, entry => ToTriplet(entry, images)), "reference_img_id", "target_img_id");
        var gallery = media.Keep(images.All, "gallery");
        Log.SplitRead(Logger, Name, split, triplets.Count, triplets.Count, gallery.Count);
        return media.CountMissing(new TripletDataset(Name, split, triplets, gallery) { Source = file });
    }

    /// <inheritdoc/>
    public override async ValueTask<AnnotationInspection> InspectAsync(DatasetSplit split, CancellationToken cancellationToken = default)
    {
        var file = Options.AnnotationsOf(split);
        var images = await CircoImages.ReadAsync(Options.ImageInfo, cancellationToken).ConfigureAwait(false);
        var entries = await JsonAnnotations.ReadAsync(file, null, cancellationToken).ConfigureAwait(false);
        return new JsonInspection(Name, entries, entry => ToTriplet(entry, images.WithUnknown())).Of(split, file, images.All);
    }

    /// <inheritdoc/>
    public override MediaSource Locate(MediaId id) => _pictures.Find(id.Value) ?? Path.Combine(_pictures.Folder, id.Value + Extension);

    /// <summary>A query that names pictures by number, because COCO's list of pictures is another file.</summary>
    internal static Triplet ToNumbers(JsonEntry entry) => new(
        Number(entry.Get("id")),
        new MediaId(Number(entry.Get("reference_img_id"))),
        entry.Get("relative_caption").FilledText(),
        entry.Has("target_img_id") ? new MediaId(Number(entry.Get("target_img_id"))) : null)
    {
        Answers = entry.Has("gt_img_ids") ? entry.Get("gt_img_ids").Items().Select(Number).Distinct().ToDictionary(id => new MediaId(id), _ => 1.0) : null,
    };

    private static Triplet ToTriplet(JsonEntry entry, CircoImages images) => new(
        Number(entry.Get("id")),
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

    private static string Number(JsonEntry entry) => entry.Integer().ToString(CultureInfo.InvariantCulture);
}
