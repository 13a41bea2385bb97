using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Embedding;
using CoVR.Media;

namespace CoVR.Datasets.Synthetic;

/// <summary>
/// A small world of coloured shapes on the disk: real PNG and MP4 files, captions, and edits in varied words, in the layout of WebVid-CoVR.
/// </summary>
/// <remarks>The targets of validation and test show combinations of attributes that no training picture shows. Immutable.</remarks>
public sealed class SyntheticWorld
{
    private readonly IReadOnlyList<WorldItem> _items;

    internal SyntheticWorld(string folder, IReadOnlyList<WorldItem> items, int galleryItems)
    {
        (Folder, _items, GalleryItems) = (folder, items, galleryItems);
        Clips = items.Count(item => item.IsClip);
        Pictures = items.Count - Clips;
    }

    /// <summary>Holds <c>train.csv</c>, <c>val.csv</c>, <c>test.csv</c>, the galleries, and <c>media/</c>.</summary>
    public string Folder { get; }

    /// <summary>PNG files.</summary>
    public int Pictures { get; }

    /// <summary>MP4 files.</summary>
    public int Clips { get; }

    /// <summary>Candidates of the test split.</summary>
    public int GalleryItems { get; }

    /// <summary>What every picture and clip shows: <c>shape</c>, <c>colour</c>, <c>size</c>, <c>background</c> and <c>position</c> with their values, by the identity of the item.</summary>
    /// <returns>All items of all splits.</returns>
    public IReadOnlyDictionary<MediaId, IReadOnlyDictionary<string, string>> ReadScenes() => _items.ToDictionary(item => new MediaId(item.Id), item => item.Scene.Describe());

    /// <summary>The folder that identities are relative to.</summary>
    public string MediaFolder => Path.Combine(Folder, "media");

    /// <summary>Writes a world, or finds it where it was written before with the same options.</summary>
    /// <param name="folder">Its folder; made when missing. Complete files are kept, so an interrupted call can be repeated.</param>
    /// <param name="options">Sizes and seed; null for the defaults.</param>
    /// <param name="media">The ffmpeg that writes the clips; null for the defaults.</param>
    /// <param name="progress">Receives progress as files are written; may be null.</param>
    /// <param name="cancellationToken">Cancels the work; files already written are kept.</param>
    /// <returns>The world.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    /// <exception cref="InvalidOperationException">The folder holds a world with other options.</exception>
    /// <exception cref="MediaReadException">ffmpeg, which writes the clips, is missing or fails.</exception>
    public static Task<SyntheticWorld> WriteAsync(
        string folder, SyntheticWorldOptions? options = null, MediaOptions? media = null, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(folder);
        options ??= new SyntheticWorldOptions();
        return options.Faults() is { Count: > 0 } faults
            ? throw new ArgumentException($"SyntheticWorldOptions: {string.Join(" ", faults)}", nameof(options))
            : new SyntheticWorldWriter(options, media).WriteAsync(folder, progress, cancellationToken);
    }

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

    /// <summary>The annotation file of a split.</summary>
    internal string Annotations(DatasetSplit split) => Path.Combine(Folder, ShortName(split) + ".csv");

    /// <summary>The file with the candidates of the validation or test split, one identity a line.</summary>
    internal string Gallery(DatasetSplit split) => Path.Combine(Folder, ShortName(split) + "-gallery.txt");

    private static string ShortName(DatasetSplit split) => split switch
    {
        DatasetSplit.Train => "train",
        DatasetSplit.Validation => "val",
        _ => "test",
    };
}
