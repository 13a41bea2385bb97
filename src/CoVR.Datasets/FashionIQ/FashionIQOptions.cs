using CoVR.Data;
using CoVR.Datasets.Annotations;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.FashionIQ;

/// <summary>The files of FashionIQ and how to read them: one category, or all three together.</summary>
/// <remarks>
/// Annotations are the files <c>cap.{category}.{train,val}.json</c> of FashionIQ, galleries <c>split.{category}.{train,val}.json</c>.
/// A file <c>*.all.*</c> that is not there stands for those of dress, shirt and toptee one after the other, as the reference's
/// <c>merge_fiq_annotations.py</c> makes it.
/// </remarks>
public sealed class FashionIQOptions : DatasetOptions
{
    /// <summary>Creates options without files, for all categories, with the name <c>fashioniq</c>.</summary>
    public FashionIQOptions()
        : base("fashioniq")
    {
    }

    /// <summary>The categories in the order in which they are merged.</summary>
    public static IReadOnlyList<string> Categories { get; } = ["dress", "shirt", "toptee"];

    /// <summary>The category, which result files name.</summary>
    /// <value><c>all</c> by default.</value>
    public string Category { get; set; } = "all";

    /// <summary>The file that lists the gallery of each split.</summary>
    public IDictionary<DatasetSplit, string> Targets { get; } = new Dictionary<DatasetSplit, string>();

    /// <summary>The file name extensions of pictures; of two files with one name that of the earlier extension counts.</summary>
    /// <value><c>.png</c>, <c>.jpg</c>, <c>.jpeg</c> by default; the reference knows <c>.png</c> only.</value>
    public IList<string> Extensions { get; } = [".png", ".jpg", ".jpeg"];

    /// <summary>Sets a category and its files: train, and <c>val</c> as both validation and test split, as the reference tests.</summary>
    /// <param name="annotationFolder">The folder of the files <c>cap.*</c> and <c>split.*</c>.</param>
    /// <param name="mediaFolder">The folder of the pictures.</param>
    /// <param name="category"><c>dress</c>, <c>shirt</c>, <c>toptee</c>, or <c>all</c>.</param>
    /// <returns>The same options, named <c>fashioniq-{category}</c>.</returns>
    public FashionIQOptions AddFolder(string annotationFolder, string mediaFolder, string category = "all")
    {
        (Category, Name) = (category, category == "all" ? "fashioniq" : $"fashioniq-{category}");
        foreach (var (split, part) in new[] { (DatasetSplit.Train, "train"), (DatasetSplit.Validation, "val"), (DatasetSplit.Test, "val") })
        {
            AddSplit(split, Path.Combine(annotationFolder, $"cap.{category}.{part}.json"), Path.Combine(annotationFolder, $"split.{category}.{part}.json"), mediaFolder);
        }

        return this;
    }

    /// <summary>Sets the files of a split.</summary>
    /// <param name="split">The split.</param>
    /// <param name="annotations">The captions.</param>
    /// <param name="targets">The list of the gallery.</param>
    /// <param name="mediaFolder">The folder of the pictures.</param>
    /// <returns>The same options.</returns>
    public FashionIQOptions AddSplit(DatasetSplit split, string annotations, string targets, string mediaFolder)
    {
        (Annotations[split], Targets[split], MediaFolders[split]) = (annotations, targets, mediaFolder);
        return this;
    }

    /// <inheritdoc/>
    public override IRetrievalProtocol CreateProtocol() => new FashionIQProtocol(Category);

    /// <inheritdoc/>
    public override Task<long> CountQueriesAsync(string file, CancellationToken cancellationToken = default)
    {
        var number = 0;
        return TripletList.CountAsync(file, entry => FashionIQReader.ToTriplet(entry, number++), cancellationToken);
    }

    /// <inheritdoc/>
    public override async Task<long> CountGalleryAsync(string file, CancellationToken cancellationToken = default)
    {
        var names = await JsonAnnotations.ReadAsync(file, null, cancellationToken).ConfigureAwait(false);
        MediaId[] pictures = [.. names.Select(name => name.Identity())];
        return pictures.Length > 0
            ? pictures.Length
            : throw new DatasetFormatException(file, 1, null, "the array is empty, expected at least one picture.");
    }

    /// <inheritdoc/>
    private protected override IInspectableDataset Create(ILoggerFactory loggers) => new FashionIQReader(this, loggers.CreateLogger<FashionIQReader>());

    /// <inheritdoc/>
    internal override void Check(List<string> faults)
    {
        base.Check(faults);
        RequireExtensions(faults, Extensions);
        Require(faults, Category == "all" || Categories.Contains(Category), $"Category is '{Category}', which is not one of all, {string.Join(", ", Categories)}.");
        foreach (var split in Annotations.Keys)
        {
            Require(faults, Targets.TryGetValue(split, out var file) && !string.IsNullOrWhiteSpace(file), $"Targets[{split}] is missing.");
        }
    }
}
