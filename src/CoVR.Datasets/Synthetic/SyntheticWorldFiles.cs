using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Embedding;

namespace CoVR.Datasets.Synthetic;

/// <summary>A world on the disk, in the layout of WebVid-CoVR.</summary>
/// <param name="Folder">Holds <c>train.csv</c>, <c>val.csv</c>, <c>test.csv</c>, the galleries, and <c>media/</c>.</param>
/// <param name="Pictures">PNG files.</param>
/// <param name="Clips">MP4 files.</param>
/// <param name="GalleryItems">Candidates of the test split.</param>
public sealed record SyntheticWorldFiles(string Folder, int Pictures, int Clips, int GalleryItems)
{
    /// <summary>The folder that identities are relative to.</summary>
    public string MediaFolder => Path.Combine(Folder, "media");

    /// <summary>The annotation file of a split.</summary>
    /// <param name="split">The split.</param>
    /// <returns>A CSV file.</returns>
    public string Annotations(DatasetSplit split) => Path.Combine(Folder, ShortName(split) + ".csv");

    /// <summary>The file with the candidates of a split, one identity a line.</summary>
    /// <param name="split">Validation or test.</param>
    /// <returns>A text file.</returns>
    public string Gallery(DatasetSplit split) => Path.Combine(Folder, ShortName(split) + "-gallery.txt");

    /// <summary>Points a reader to this world.</summary>
    /// <param name="options">The reader's options.</param>
    public void Configure(WebVidCoVROptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Name = "synthetic-world";
        options.AddSplit(DatasetSplit.Train, Annotations(DatasetSplit.Train), MediaFolder);
        options.AddSplit(DatasetSplit.Validation, Annotations(DatasetSplit.Validation), MediaFolder, Gallery(DatasetSplit.Validation));
        options.AddSplit(DatasetSplit.Test, Annotations(DatasetSplit.Test), MediaFolder, Gallery(DatasetSplit.Test));
    }

    private static string ShortName(DatasetSplit split) => split switch
    {
        DatasetSplit.Train => "train",
        DatasetSplit.Validation => "val",
        _ => "test",
    };
}
