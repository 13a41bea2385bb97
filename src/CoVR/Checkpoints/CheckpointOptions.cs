using System.ComponentModel.DataAnnotations;
using CoVR.Modeling.Checkpoints;

namespace CoVR.Checkpoints;

/// <summary>Where named weights are looked for and kept.</summary>
public sealed class CheckpointOptions
{
    /// <summary>The folder for downloaded weights; created with the first download.</summary>
    /// <value><see cref="Checkpoint.CacheFolder"/> by default.</value>
    [Required(AllowEmptyStrings = false)]
    public string CacheFolder { get; set; } = Checkpoint.CacheFolder;

    /// <summary>Whether downloads are forbidden: a name that is not in the cache is then an error.</summary>
    /// <value>True if the environment variable <c>COVR_OFFLINE</c> is <c>1</c> or <c>true</c>, else false.</value>
    public bool Offline { get; set; } = Environment.GetEnvironmentVariable("COVR_OFFLINE") is "1" or "true";

    /// <summary>The folder of a checkout of the Python repository; weights that its script has downloaded are taken from its <c>outputs</c>.</summary>
    /// <value>Null: none.</value>
    public string? ReferenceFolder { get; set; }

    /// <summary>The hub that <c>hf://</c> and catalogue names refer to; set it to use a mirror.</summary>
    /// <value>The public one.</value>
    [Required]
    public Uri Hub { get; set; } = new($"https://{ModelHub.Host}/");

    /// <summary>A token for files of the hub that are not public; sent to the hub only.</summary>
    /// <value>Null: none.</value>
    public string? HubToken { get; set; }

    /// <summary>Told the bytes of downloads, with the file's name as activity. The log has every tenth part in any case.</summary>
    /// <value>Null: no listener.</value>
    public IProgress<JobProgress>? Progress { get; set; }
}
