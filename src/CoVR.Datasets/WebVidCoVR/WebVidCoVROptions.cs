using CoVR.Data;

namespace CoVR.Datasets.WebVidCoVR;

/// <summary>Where a data set of the WebVid-CoVR layout lies and how it is read.</summary>
public sealed class WebVidCoVROptions
{
    /// <summary>The name of the data set in reports.</summary>
    /// <value><c>webvid-covr</c> by default.</value>
    public string Name { get; set; } = "webvid-covr";

    /// <summary>The annotation file of each split; a split without one cannot be read.</summary>
    public IDictionary<DatasetSplit, string> Annotations { get; } = new Dictionary<DatasetSplit, string>();

    /// <summary>The media folder of each split: an item lies at <c>{folder}/{id}.mp4</c>, or with another of <see cref="Extensions"/>.</summary>
    public IDictionary<DatasetSplit, string> MediaFolders { get; } = new Dictionary<DatasetSplit, string>();

    /// <summary>The file name extensions that are looked for, in this order.</summary>
    /// <value><c>.mp4</c>, <c>.png</c>, <c>.jpg</c>, <c>.jpeg</c>, <c>.webm</c> by default.</value>
    public IList<string> Extensions { get; } = [".mp4", ".png", ".jpg", ".jpeg", ".webm"];

    /// <summary>For splits whose gallery is more than the targets of their annotations: a text file with one identity a line.</summary>
    /// <value>Empty by default: the gallery is the targets, as in the reference.</value>
    public IDictionary<DatasetSplit, string> Galleries { get; } = new Dictionary<DatasetSplit, string>();

    /// <summary>What one item of an epoch is; the test split must then have each item once.</summary>
    /// <value><see cref="WebVidCoVRIteration.Target"/> by default.</value>
    public WebVidCoVRIteration Iterate { get; set; }

    /// <summary>What happens to rows without media.</summary>
    /// <value><see cref="MissingMediaPolicy.StrictTest"/> by default.</value>
    public MissingMediaPolicy MissingMedia { get; set; }

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

    /// <summary>Every fault of these options, one sentence each.</summary>
    /// <returns>An empty list when they are valid.</returns>
    internal IReadOnlyList<string> Faults()
    {
        List<string> faults = [];
        Require(!string.IsNullOrWhiteSpace(Name), "Name is empty.");
        Require(Annotations.Count > 0, "Annotations names no file: add at least one split.");
        foreach (var split in Annotations.Keys)
        {
            Require(!string.IsNullOrWhiteSpace(Annotations[split]), $"Annotations[{split}] is empty.");
            Require(MediaFolders.TryGetValue(split, out var folder) && !string.IsNullOrWhiteSpace(folder), $"MediaFolders[{split}] is missing.");
        }

        Require(Extensions.Count > 0 && Extensions.All(extension => extension is ['.', _, ..]), "Extensions must hold entries such as '.mp4'.");
        Require(Enum.IsDefined(Iterate), $"Iterate is {(int)Iterate}, which is none of {string.Join(", ", Enum.GetNames<WebVidCoVRIteration>())}.");
        Require(Enum.IsDefined(MissingMedia), $"MissingMedia is {(int)MissingMedia}, which is none of {string.Join(", ", Enum.GetNames<MissingMediaPolicy>())}.");
        return faults;

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }
}
