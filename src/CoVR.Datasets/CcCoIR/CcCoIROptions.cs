using CoVR.Data;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.WebVidCoVR;

namespace CoVR.Datasets.CcCoIR;

/// <summary>Where CC-CoIR lies and how it is read.</summary>
/// <remarks>
/// The train split is a CSV file of CC-CoIR with pictures at <c>{media folder}/{id}.jpg</c> or <c>.png</c>; the papers validate
/// on WebVid-CoVR, whose files may be set as the validation split.
/// </remarks>
public sealed class CcCoIROptions : DatasetOptions
{
    /// <summary>Creates options without files, with the name <c>cc-coir</c>.</summary>
    public CcCoIROptions()
        : base("cc-coir")
    {
    }

    /// <summary>The file name extensions that are looked for, in this order.</summary>
    /// <value><c>.jpg</c>, <c>.png</c>, <c>.jpeg</c>, <c>.mp4</c> by default: where both are there the reference takes the <c>.jpg</c>.</value>
    public IList<string> Extensions { get; } = [".jpg", ".png", ".jpeg", ".mp4"];

    /// <summary>What one item of an epoch is; the test split must then have each item once.</summary>
    /// <value><see cref="WebVidCoVRIteration.Target"/> by default.</value>
    public WebVidCoVRIteration Iterate { get; set; }

    /// <summary>The seed by which one text is drawn where an edit is a list.</summary>
    /// <value>1234 by default. Training draws anew at each use, from <see cref="Triplet.Alternatives"/>.</value>
    public int Seed { get; set; } = 1234;

    /// <summary>Sets the files of a split.</summary>
    /// <param name="split">The split.</param>
    /// <param name="annotations">The CSV file.</param>
    /// <param name="mediaFolder">The folder of its pictures.</param>
    /// <returns>The same options.</returns>
    public CcCoIROptions AddSplit(DatasetSplit split, string annotations, string mediaFolder)
    {
        (Annotations[split], MediaFolders[split]) = (annotations, mediaFolder);
        return this;
    }

    /// <summary>The same files as a data set of the WebVid-CoVR layout.</summary>
    internal WebVidCoVROptions ToLayout()
    {
        var layout = new WebVidCoVROptions { Name = Name, MissingMedia = MissingMedia, Iterate = Iterate, Seed = Seed, IsEmbedded = IsEmbedded, EditLists = true };
        layout.Extensions.Clear();
        foreach (var extension in Extensions)
        {
            layout.Extensions.Add(extension);
        }

        foreach (var split in Annotations.Keys)
        {
            layout.AddSplit(split, Annotations[split], MediaFolders[split]);
        }

        return layout;
    }

    /// <inheritdoc/>
    internal override void Check(List<string> faults)
    {
        base.Check(faults);
        RequireExtensions(faults, Extensions);
        RequireDefined(faults, Iterate, nameof(Iterate));
    }
}
