using System.ComponentModel.DataAnnotations;

namespace CoVR.Construction;

/// <summary>Where captions come from.</summary>
public sealed class CollectOptions
{
    /// <summary>
    /// Files of captions (<c>.csv</c>, <c>.tsv</c>, <c>.jsonl</c>, <c>.ndjson</c>, <c>.parquet</c>), and folders of media with a <c>.txt</c> of the same name beside each,
    /// whose first line is the caption.
    /// </summary>
    public IList<string> Inputs { get; } = [];

    /// <summary>The folder that paths are relative to and identities are found in; null to check no media.</summary>
    public string? MediaFolder { get; set; }

    /// <summary>The column of the caption.</summary>
    /// <value><c>caption</c> by default. Names of columns ignore case.</value>
    [Required]
    public string CaptionColumn { get; set; } = "caption";

    /// <summary>The column of the identity.</summary>
    /// <value><c>id</c> by default; without it the identity is the path without its extension.</value>
    [Required]
    public string IdColumn { get; set; } = "id";

    /// <summary>The column of the file's path.</summary>
    /// <value><c>path</c> by default; may be absent.</value>
    [Required]
    public string PathColumn { get; set; } = "path";

    /// <summary>The column of the group.</summary>
    /// <value><c>group</c> by default; may be absent.</value>
    [Required]
    public string GroupColumn { get; set; } = "group";

    /// <summary>The column of the licence.</summary>
    /// <value><c>licence</c> by default; may be absent.</value>
    [Required]
    public string LicenceColumn { get; set; } = "licence";

    /// <summary>Whether an item may have several captions; otherwise the first counts, and more are duplicates.</summary>
    /// <value>False by default.</value>
    public bool SeveralCaptions { get; set; }

    /// <summary>Captions with more words are dropped.</summary>
    /// <value>40 by default; 1 to 250.</value>
    [Range(1, 250)]
    public int MaxWords { get; set; } = 40;
}
