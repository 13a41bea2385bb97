using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;

namespace CoVR.Datasets.Download;

/// <summary>Which videos are downloaded, where from, where to, and how eagerly.</summary>
public sealed partial class VideoDownloadOptions
{
    /// <summary>The name of this download, such as the split's: its journal and its list of missing videos carry it.</summary>
    /// <value><c>videos</c>. Letters, digits, <c>-</c> and <c>_</c>.</value>
    public string Name { get; set; } = "videos";

    /// <summary>Where videos go, as <c>{folder}/{id}.mp4</c>.</summary>
    public string Folder { get; set; } = "";

    /// <summary>
    /// The list of addresses: a JSON object of paths and addresses as the reference publishes them, or a CSV table of WebVid with
    /// <c>videoid</c>, <c>page_dir</c> and <c>contentUrl</c>. It is read as a stream.
    /// </summary>
    /// <value>Null: <see cref="BaseAddress"/> has the videos of <see cref="Annotations"/>.</value>
    public string? List { get; set; }

    /// <summary>Where <see cref="List"/> is published; it is downloaded when it is not there.</summary>
    /// <value>Null: it must be there.</value>
    public Uri? ListAddress { get; set; }

    /// <summary>A CSV table of triplets whose <c>pth1</c> and <c>pth2</c> are the videos that are wanted.</summary>
    /// <value>Null: every video of the list.</value>
    public string? Annotations { get; set; }

    /// <summary>A text file with the identities of the videos that are wanted, one a line, such as the doctor writes.</summary>
    /// <value>Null: <see cref="Annotations"/> say it.</value>
    public string? Ids { get; set; }

    /// <summary>A server that has the videos as <c>{id}.mp4</c>, in place of the addresses of the list.</summary>
    /// <value>Null: the addresses of the list.</value>
    public Uri? BaseAddress { get; set; }

    /// <summary>The part of the videos that this process downloads.</summary>
    /// <value>All.</value>
    public Shard Shard { get; set; } = Shard.Whole;

    /// <summary>Videos on their way at the same time.</summary>
    /// <value>8 by default, as in the reference; 1 to 256.</value>
    [Range(1, 256)]
    public int Workers { get; set; } = 8;

    /// <summary>How a video is looked at.</summary>
    /// <value><see cref="VideoCheck.FirstFrame"/>.</value>
    [EnumDataType(typeof(VideoCheck))]
    public VideoCheck Check { get; set; } = VideoCheck.FirstFrame;

    /// <summary>Whether files that are there are looked at too, and downloaded again if they are no videos: the reference's script stores error pages as <c>.mp4</c>.</summary>
    /// <value>False.</value>
    public bool CheckExisting { get; set; }

    /// <summary>Whether videos are tried again that an earlier run found to be gone or no video.</summary>
    /// <value>False. Those that failed for reasons that pass are always tried again.</value>
    public bool RetryFailed { get; set; }

    /// <summary>So many failures one after the other, with no answer between them that makes sense, end the job: the network is down, or a server refuses.</summary>
    /// <value>25 by default; at least 1.</value>
    [Range(1, int.MaxValue)]
    public int FailuresInARow { get; set; } = 25;

    /// <summary>The list of videos that are missing after a run to the end; there is none if nothing is missing.</summary>
    public string MissingFile => Path.Combine(Folder, $"missing-{Name}{Suffix}.csv");

    /// <summary>The journal of this shard: what became of each video that was tried.</summary>
    public string JournalFile => Path.Combine(Folder, $"downloads-{Name}{Suffix}.jsonl");

    private string Suffix => Shard.IsWhole ? "" : $"-{Shard.Index}-of-{Shard.Count}";

    /// <summary>Throws when options are invalid, with every fault in one message.</summary>
    internal void Validate()
    {
        List<ValidationResult> results = [];
        Validator.TryValidateObject(this, new ValidationContext(this), results, validateAllProperties: true);
        List<string> faults = [.. results.Select(result => result.ErrorMessage!)];
        Require(NamePattern().IsMatch(Name ?? ""), $"Name is '{Name}': letters, digits, '-' and '_' are allowed.");
        Require(!string.IsNullOrWhiteSpace(Folder), "Folder is missing.");
        Require(List is not null || (BaseAddress is not null && (Annotations ?? Ids) is not null), "List is missing: name a list of addresses, or a BaseAddress together with Annotations or Ids.");
        Require(Annotations is null || Ids is null, "Annotations and Ids are both set: one of them says which videos are wanted.");
        Require(List is null || !string.IsNullOrWhiteSpace(List), "List is empty.");
        Require(Ids is null || !string.IsNullOrWhiteSpace(Ids), "Ids is empty.");
        Require(Annotations is null || !string.IsNullOrWhiteSpace(Annotations), "Annotations is empty.");
        Require(ListAddress is null || AnnotationDownloadOptions.IsWeb(ListAddress), $"ListAddress is '{ListAddress}', which is no http or https address.");
        Require(BaseAddress is null || AnnotationDownloadOptions.IsWeb(BaseAddress), $"BaseAddress is '{BaseAddress}', which is no http or https address.");
        if (faults.Count > 0)
        {
            throw new ArgumentException($"{nameof(VideoDownloadOptions)}: {string.Join(" ", faults)}");
        }

        void Require(bool holds, string fault)
        {
            if (!holds)
            {
                faults.Add(fault);
            }
        }
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,64}$")]
    private static partial Regex NamePattern();
}
