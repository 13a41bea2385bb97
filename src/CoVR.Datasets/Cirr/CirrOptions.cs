using CoVR.Data;
using CoVR.Datasets.Annotations;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets.Cirr;

/// <summary>The files of CIRR and how to read them.</summary>
/// <remarks>
/// Annotations are the files <c>cap.rc2.{train,val,test1}.json</c> of CIRR. The pictures of a split lie in its media folder,
/// those of the train split one folder deeper.
/// </remarks>
public sealed class CirrOptions : DatasetOptions
{
    /// <summary>Creates options without files, with the name <c>cirr</c>.</summary>
    public CirrOptions()
        : base("cirr")
    {
    }

    /// <summary>The file name extensions of pictures; of two files with one name that of the earlier extension counts.</summary>
    /// <value><c>.png</c>, <c>.jpg</c>, <c>.jpeg</c> by default; the reference knows <c>.png</c> only.</value>
    public IList<string> Extensions { get; } = [".png", ".jpg", ".jpeg"];

    /// <summary>The file that lists all pictures of a split (<c>split.rc2.val.json</c>), so that missing gallery pictures are noticed.</summary>
    /// <value>Empty by default: the gallery is the content of the folder, as in the reference.</value>
    public IDictionary<DatasetSplit, string> ImageSplits { get; } = new Dictionary<DatasetSplit, string>();

    /// <summary>Sets the files of a split.</summary>
    /// <param name="split">The split; <see cref="DatasetSplit.Test"/> is <c>test1</c>.</param>
    /// <param name="annotations">The JSON file.</param>
    /// <param name="mediaFolder">The folder of its pictures, for example <c>images/dev</c>.</param>
    /// <param name="imageSplit">The file that lists its pictures; null when the folder is the gallery.</param>
    /// <returns>The same options.</returns>
    public CirrOptions AddSplit(DatasetSplit split, string annotations, string mediaFolder, string? imageSplit = null)
    {
        Annotations[split] = annotations;
        MediaFolders[split] = mediaFolder;
        if (imageSplit is not null)
        {
            ImageSplits[split] = imageSplit;
        }

        return this;
    }

    /// <inheritdoc/>
    public override IRetrievalProtocol CreateProtocol() => new CirrProtocol();

    /// <inheritdoc/>
    public override Task<long> CountQueriesAsync(string file, CancellationToken cancellationToken = default) => TripletList.CountAsync(file, CirrReader.ToTriplet, cancellationToken);

    /// <inheritdoc/>
    public override async Task<long> CountGalleryAsync(string file, CancellationToken cancellationToken = default)
    {
        var list = await JsonAnnotations.ReadObjectAsync(file, cancellationToken).ConfigureAwait(false);
        var pictures = list.Properties();
        foreach (var (name, path) in pictures)
        {
            if (string.IsNullOrWhiteSpace(name) || !MediaIdentities.IsInside(name) || path.FilledText().Length == 0)
            {
                throw path.Fault("this is not a picture's name and path.");
            }
        }

        return pictures.Count > 0 ? pictures.Count : throw list.Fault("the object is empty, expected at least one picture.");
    }

    /// <inheritdoc/>
    private protected override IInspectableDataset Create(ILoggerFactory loggers) => new CirrReader(this, loggers.CreateLogger<CirrReader>());

    /// <inheritdoc/>
    internal override void Check(List<string> faults)
    {
        base.Check(faults);
        RequireExtensions(faults, Extensions);
    }
}
