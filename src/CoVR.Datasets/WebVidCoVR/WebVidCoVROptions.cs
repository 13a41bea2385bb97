using CoVR.Data;
using CoVR.Datasets.Annotations;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>The files of a data set in the WebVid-CoVR layout and how to read them.</summary>
/// <remarks>
/// An item of a split is at <c>{media folder}/{id}.mp4</c>, or with another of <see cref="Extensions"/>. <see cref="CcCoIR"/> and
/// <see cref="RuleBased"/> are the options of the other sets of this layout.
/// </remarks>
public sealed class WebVidCoVROptions : DatasetOptions
{
    /// <summary>Creates options without files, with the name <c>webvid-covr</c>.</summary>
    public WebVidCoVROptions()
        : this("webvid-covr", ".mp4", ".png", ".jpg", ".jpeg", ".webm")
    {
    }

    private WebVidCoVROptions(string name, params string[] extensions)
        : base(name) => Extensions = [.. extensions];

    /// <summary>The file name extensions to look for, in this order.</summary>
    /// <value>
    /// <c>.mp4</c>, <c>.png</c>, <c>.jpg</c>, <c>.jpeg</c>, <c>.webm</c> by default; of CC-CoIR <c>.jpg</c>, <c>.png</c>, <c>.jpeg</c>, <c>.mp4</c>,
    /// where the reference takes the <c>.jpg</c> first too.
    /// </value>
    public IList<string> Extensions { get; }

    /// <summary>For splits whose gallery has more than the targets of their annotations: a text file with one identity per line.</summary>
    /// <value>Empty by default: the gallery is the targets, as in the reference.</value>
    public IDictionary<DatasetSplit, string> Galleries { get; } = new Dictionary<DatasetSplit, string>();

    /// <summary>What one item of an epoch is; the test split must then contain each item once.</summary>
    /// <value><see cref="Iteration.Target"/> by default.</value>
    public Iteration Iterate { get; set; }

    /// <summary>Creates the modification texts of a row from the captions of reference and target (<c>txt1</c>, <c>txt2</c>), for example <see cref="RuleBasedEdits.Of"/>.</summary>
    /// <value>Null by default: the column <c>edit</c> is the text. Rows for which it returns null are left out; it is called at each use.</value>
    public Func<string, string, IReadOnlyList<string>?>? Edits { get; set; }

    /// <summary>The seed for drawing one of several texts of a row: a template of a rule-based edit, or an entry of a list.</summary>
    /// <value>1234 by default. Training draws again at each use, from <see cref="Triplet.Alternatives"/>.</value>
    public int Seed { get; set; } = 1234;

    /// <summary>Whether an edit that is a list of quoted texts stands for its entries, as in CC-CoIR: one is drawn, the others become its alternatives.</summary>
    /// <value>False by default, true for CC-CoIR.</value>
    public bool EditLists { get; set; }

    /// <summary>The options of CC-CoIR (the reference's <c>src/data/cc_coir.py</c>): pictures, and edits that may be lists.</summary>
    /// <remarks>The papers validate on WebVid-CoVR, whose files may be set as the validation split.</remarks>
    /// <returns>Options without files, with the name <c>cc-coir</c>.</returns>
    public static WebVidCoVROptions CcCoIR() => new("cc-coir", ".jpg", ".png", ".jpeg", ".mp4") { EditLists = true };

    /// <summary>The options of WebVid-CoVR with edits made from its captions by rule.</summary>
    /// <returns>Options without files, with the name <c>webvid-covr-rule-based</c>.</returns>
    public static WebVidCoVROptions RuleBased() => new() { Name = "webvid-covr-rule-based", Edits = RuleBasedEdits.Of };

    /// <summary>Sets the files of a split.</summary>
    /// <param name="split">The split.</param>
    /// <param name="annotations">The CSV file.</param>
    /// <param name="mediaFolder">The folder of its media.</param>
    /// <param name="gallery">The file of its gallery; null when the gallery is the targets.</param>
    /// <returns>The same options.</returns>
    public WebVidCoVROptions AddSplit(DatasetSplit split, string annotations, string mediaFolder, string? gallery = null)
    {
        Annotations[split] = annotations;
        MediaFolders[split] = mediaFolder;
        if (gallery is not null)
        {
            Galleries[split] = gallery;
        }

        return this;
    }

    /// <inheritdoc/>
    public override IRetrievalProtocol CreateProtocol() => new WebVidCoVRProtocol(iterate: Iterate);

    /// <inheritdoc/>
    /// <remarks>Memory does not grow with the length of the table.</remarks>
    public override Task<long> CountQueriesAsync(string file, CancellationToken cancellationToken = default) => Task.Run(
        () => new WebVidCoVRCsv(file).ReadBlocks(cancellationToken).Sum(block => (long)block.Count) is > 0 and var rows
            ? rows
            : throw new DatasetFormatException(file, 1, null, "there is a header but no row."),
        cancellationToken);

    /// <inheritdoc/>
    public override Task<long> CountGalleryAsync(string file, CancellationToken cancellationToken = default) => Task.Run(
        () => WebVidCoVRReader.ReadGallery(file) is { Length: > 0 } gallery
            ? (long)gallery.Length
            : throw new DatasetFormatException(file, null, null, "the gallery file is empty."),
        cancellationToken);

    /// <inheritdoc/>
    private protected override IInspectableDataset Create(ILoggerFactory loggers) => new WebVidCoVRReader(this, loggers.CreateLogger<WebVidCoVRReader>());

    /// <inheritdoc/>
    internal override void Check(List<string> faults)
    {
        base.Check(faults);
        RequireExtensions(faults, Extensions);
        RequireDefined(faults, Iterate, nameof(Iterate));
    }

    /// <summary>What one item of an epoch is; the reference's <c>iterate</c>.</summary>
    public enum Iteration
    {
        /// <summary>Every target once (<c>pth2</c>): training draws one of its rows at random. The default of the published models.</summary>
        Target,

        /// <summary>Every row once (<c>triplets</c>, <c>idx</c>).</summary>
        Triplet,

        /// <summary>Every target caption once (<c>txt2</c>).</summary>
        TargetCaption,
    }
}
