using System.ComponentModel.DataAnnotations;

namespace CoVR.Construction;

/// <summary>Where the files of the data set are written, and what it is called.</summary>
public sealed class ExportOptions
{
    /// <summary>The folder; made when missing, files of the same name are replaced.</summary>
    /// <value><c>dataset</c> by default.</value>
    [Required]
    public string Folder { get; set; } = "dataset";

    /// <summary>The name of the data set, for <c>covr train data=NAME</c>.</summary>
    /// <value><c>constructed</c> by default; letters, digits, hyphens and underscores.</value>
    [Required]
    [RegularExpression("[A-Za-z0-9][A-Za-z0-9_-]*", ErrorMessage = "use letters, digits, hyphens and underscores.")]
    public string Name { get; set; } = "constructed";

    /// <summary>
    /// Whether the column <c>scores</c> is computed: each frame of a target against the edit. <see cref="ConstructionPipeline.TextEmbeddings"/> and
    /// <see cref="ConstructionPipeline.MediaEmbeddings"/> must then be set and be of one model.
    /// </summary>
    /// <value>False by default: the column holds empty lists.</value>
    public bool Scores { get; set; }

    /// <summary>The folder of embeddings that the configuration for training names.</summary>
    /// <value>Null by default: the folder <c>embeddings</c> beside the files.</value>
    public string? EmbeddingFolder { get; set; }
}
