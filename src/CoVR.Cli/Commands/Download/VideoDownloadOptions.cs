using CoVR.Embedding;

namespace CoVR.Cli.Commands.Download;

/// <summary>Which videos are downloaded, where from, where to, and how.</summary>
internal sealed class VideoDownloadOptions
{
    /// <summary>The name of this download, such as the split's; the journal and the list of missing videos carry it.</summary>
    public string Name { get; set; } = "videos";

    /// <summary>Where videos go, as <c>{folder}/{id}.mp4</c>.</summary>
    public string Folder { get; set; } = "";

    /// <summary>
    /// The list of addresses: a JSON object of paths and addresses as the reference publishes them, or a CSV table of WebVid with
    /// <c>videoid</c>, <c>page_dir</c> and <c>contentUrl</c>. Null: <see cref="BaseAddress"/> has the wanted videos.
    /// </summary>
    public string? List { get; set; }

    /// <summary>Where <see cref="List"/> is published; it is downloaded when it does not exist. Null: it must exist.</summary>
    public Uri? ListAddress { get; set; }

    /// <summary>A CSV table of triplets whose <c>pth1</c> and <c>pth2</c> are the wanted videos; null: <see cref="Ids"/>, or every video of the list.</summary>
    public string? Annotations { get; set; }

    /// <summary>A text file with the identities of the wanted videos, one per line, such as <c>covr doctor</c> writes.</summary>
    public string? Ids { get; set; }

    /// <summary>A server that has the videos as <c>{id}.mp4</c>; null: the addresses of the list.</summary>
    public Uri? BaseAddress { get; set; }

    /// <summary>The part of the videos that this process downloads.</summary>
    public Shard Shard { get; set; } = Shard.Whole;

    /// <summary>Simultaneous downloads, 1 to 256; the reference has 8.</summary>
    public int Workers { get; set; } = 8;

    /// <summary>Whether the last frame of a video is decoded too, which takes as long as decoding all of it; otherwise only the first is.</summary>
    public bool CheckLastFrame { get; set; }

    /// <summary>Whether existing files are checked too, and downloaded again if they are not videos: the reference's script stores error pages as <c>.mp4</c>.</summary>
    public bool CheckExisting { get; set; }

    /// <summary>Whether videos are tried again that an earlier run found to be gone or no video. Other failures are always tried again.</summary>
    public bool RetryFailed { get; set; }

    /// <summary>After so many failures in a row, without a meaningful answer between them, the job ends: the network is down, or a server refuses.</summary>
    public int FailuresInARow { get; set; } = 25;

    /// <summary>The list of videos that are missing after a complete run; it does not exist if nothing is missing.</summary>
    public string MissingFile => Path.Combine(Folder, $"missing-{Name}{Suffix}.csv");

    /// <summary>The journal of this shard: what happened to each video that was tried.</summary>
    public string JournalFile => Path.Combine(Folder, $"downloads-{Name}{Suffix}.jsonl");

    private string Suffix => Shard.IsWhole ? "" : $"-{Shard.Index}-of-{Shard.Count}";
}
