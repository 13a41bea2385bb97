using System.ComponentModel.DataAnnotations;

namespace CoVR.Construction;

/// <summary>Which media of a caption pair make a pair.</summary>
public sealed class PairingOptions
{
    /// <summary>Pairs of media of one caption pair: those with the most similar media, or drawn by the seed where media are not compared.</summary>
    /// <value>10 by default, as in the papers; at least 1.</value>
    [Range(1, 1000)]
    public int MaxPairs { get; set; } = 10;

    /// <summary>Media of one caption that are considered, drawn by the seed.</summary>
    /// <value>20 by default; at least 1.</value>
    [Range(1, 1000)]
    public int MaxMediaPerCaption { get; set; } = 20;

    /// <summary>The least cosine similarity of both media, where <see cref="ConstructionPipeline.MediaEmbeddings"/> is set.</summary>
    /// <value>0.3 by default; -1 to 1.</value>
    [Range(-1, 1)]
    public double MinSimilarity { get; set; } = 0.3;

    /// <summary>The greatest cosine similarity of both media; more similar ones are taken for the same.</summary>
    /// <value>0.98 by default; -1 to 1.</value>
    [Range(-1, 1)]
    public double MaxSimilarity { get; set; } = 0.98;
}
