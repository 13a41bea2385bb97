using CoVR.Data;

namespace CoVR.Cli.Commands.Download;

/// <summary>Where the videos of a split of WebVid-CoVR come from and where they belong.</summary>
/// <remarks>
/// Follows <c>tools/scripts/download_covr.py</c> of lucas-ventura/CoVR: its lists are JSON objects of relative paths and addresses. Videos of
/// the validation and test split share a folder, since both are taken from the part of WebVid-10M outside WebVid-2M.
/// </remarks>
internal sealed record WebVidVideos
{
    private const string Lists = "http://imagine.enpc.fr/~ventural/covr/dataset/";

    private WebVidVideos(DatasetSplit split, string name, string part)
    {
        (Split, Name, Folder) = (split, name, $"WebVid/{part}/train");
        var (dataset, folder) = ($"webvid{part.ToLowerInvariant()}-covr", "annotation/webvid-covr");
        ListAddress = new Uri($"{Lists}{dataset}_paths-{name}.json");
        (List, Annotations) = ($"{folder}/{dataset}_paths-{name}.json", $"{folder}/{dataset}_{name}.csv");
    }

    public static IReadOnlyList<WebVidVideos> All { get; } =
    [
        new(DatasetSplit.Train, "train", "2M"),
        new(DatasetSplit.Validation, "val", "8M"),
        new(DatasetSplit.Test, "test", "8M"),
    ];

    public DatasetSplit Split { get; }

    /// <summary>The split's name in the reference: <c>train</c>, <c>val</c>, <c>test</c>.</summary>
    public string Name { get; }

    /// <summary>Where the list of addresses is published.</summary>
    public Uri ListAddress { get; }

    /// <summary>Where the list belongs, below the working folder.</summary>
    public string List { get; }

    /// <summary>The annotations whose videos are wanted, below the working folder.</summary>
    public string Annotations { get; }

    /// <summary>Where the videos belong, below the folder of data sets.</summary>
    public string Folder { get; }

    /// <summary>Options that download the videos of this split as the reference's script does, restricted to those of the annotations if these exist.</summary>
    /// <param name="folder">The working folder, with <c>annotation</c>.</param>
    /// <param name="datasets">The folder of data sets.</param>
    public VideoDownloadOptions ToOptions(string folder, string datasets)
    {
        var annotations = Path.GetFullPath(Path.Combine(folder, Annotations));
        return new VideoDownloadOptions
        {
            Name = Name,
            Folder = Path.GetFullPath(Path.Combine(folder, datasets, Folder)),
            List = Path.GetFullPath(Path.Combine(folder, List)),
            ListAddress = ListAddress,
            Annotations = File.Exists(annotations) ? annotations : null,
        };
    }
}
