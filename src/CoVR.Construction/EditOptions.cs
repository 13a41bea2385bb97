using System.ComponentModel.DataAnnotations;

namespace CoVR.Construction;

/// <summary>How modification texts are written.</summary>
public sealed class EditOptions
{
    /// <summary>Whether each pair is used in both directions; otherwise only from the first caption to the second.</summary>
    /// <value>True by default.</value>
    public bool BothDirections { get; set; } = true;

    /// <summary>Texts used of each caption pair and direction; the triplets of the pair use them in turn. The work file keeps at least three, for people who choose.</summary>
    /// <value>1 by default; at least 1.</value>
    [Range(1, 100)]
    public int TextsPerPair { get; set; } = 1;

    /// <summary>Calls of the writer at the same time.</summary>
    /// <value>4 by default; at least 1.</value>
    [Range(1, 1024)]
    public int Concurrency { get; set; } = 4;
}
