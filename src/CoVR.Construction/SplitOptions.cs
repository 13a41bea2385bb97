using System.ComponentModel.DataAnnotations;

namespace CoVR.Construction;

/// <summary>How triplets are checked against test sets and divided.</summary>
public sealed class SplitOptions
{
    /// <summary>
    /// Files of test sets (<c>.csv</c>, <c>.tsv</c>, <c>.jsonl</c>, <c>.parquet</c>) whose captions (columns <c>txt1</c>, <c>txt2</c>, <c>caption</c>) and media
    /// (<c>pth1</c>, <c>pth2</c>, <c>id</c>) no triplet may contain. Media are compared by name; <see cref="ConstructionPipeline.TestEmbeddings"/> compares them by embedding.
    /// </summary>
    public IList<string> TestSets { get; } = [];

    /// <summary>The share of triplets for validation.</summary>
    /// <value>0.05 by default; 0 to 0.9.</value>
    [Range(0, 0.9)]
    public double ValidationShare { get; set; } = 0.05;

    /// <summary>The share of triplets for the test.</summary>
    /// <value>0.05 by default; 0 to 0.9.</value>
    [Range(0, 0.9)]
    public double TestShare { get; set; } = 0.05;

    /// <summary>
    /// What happens to media that are connected through triplets to too many others for a share: false keeps them together in training, and the shares become smaller;
    /// true divides them, and drops the triplets between two splits.
    /// </summary>
    /// <value>False by default.</value>
    public bool DivideConnected { get; set; }
}
