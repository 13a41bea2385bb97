using CoVR.Data;
using CoVR.Datasets.Annotations;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.Circo;

/// <summary>The files of CIRCO and how to read them.</summary>
public sealed class CircoOptions : DatasetOptions
{
    /// <summary>Creates options without files, with the name <c>circo</c>.</summary>
    public CircoOptions()
        : base("circo")
    {
    }

    /// <summary>COCO's list of the unlabeled pictures, which is the gallery: <c>image_info_unlabeled2017.json</c>.</summary>
    public string ImageInfo { get; set; } = "";

    /// <summary>Sets validation and test split from a folder laid out as CIRCO's own code expects.</summary>
    /// <remarks>
    /// <c>annotations/{val,test}.json</c>, <c>COCO2017_unlabeled/unlabeled2017/*.jpg</c> and
    /// <c>COCO2017_unlabeled/annotations/image_info_unlabeled2017.json</c>.
    /// </remarks>
    /// <param name="folder">The folder.</param>
    /// <returns>The same options.</returns>
    public CircoOptions AddFolder(string folder)
    {
        ImageInfo = Path.Combine(folder, "COCO2017_unlabeled", "annotations", "image_info_unlabeled2017.json");
        foreach (var (split, name) in new[] { (DatasetSplit.Validation, "val"), (DatasetSplit.Test, "test") })
        {
            Annotations[split] = Path.Combine(folder, "annotations", $"{name}.json");
            MediaFolders[split] = Path.Combine(folder, "COCO2017_unlabeled", "unlabeled2017");
        }

        return this;
    }

    /// <inheritdoc/>
    public override IRetrievalProtocol CreateProtocol() => new CircoProtocol();

    /// <inheritdoc/>
    public override Task<long> CountQueriesAsync(string file, CancellationToken cancellationToken = default) => TripletList.CountAsync(file, CircoReader.ToNumbers, cancellationToken);

    /// <inheritdoc/>
    public override async Task<long> CountGalleryAsync(string file, CancellationToken cancellationToken = default) =>
        (await CircoImages.ReadAsync(file, cancellationToken).ConfigureAwait(false)).All is { Count: > 0 } pictures
            ? pictures.Count
            : throw new DatasetFormatException(file, null, "images", "the array is empty, expected at least one picture.");

    /// <inheritdoc/>
    private protected override IInspectableDataset Create(ILoggerFactory loggers) => new CircoReader(this, loggers.CreateLogger<CircoReader>());

    /// <inheritdoc/>
    internal override void Check(List<string> faults)
    {
        base.Check(faults);
        Require(faults, !string.IsNullOrWhiteSpace(ImageInfo), "ImageInfo is missing.");
    }
}
