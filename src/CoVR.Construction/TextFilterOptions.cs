using System.ComponentModel.DataAnnotations;

namespace CoVR.Construction;

/// <summary>Which pairs of captions are dropped; the papers name these rules without numbers.</summary>
public sealed class TextFilterOptions
{
    /// <summary>Whether pairs are dropped whose words differ in a digit.</summary>
    /// <value>True by default.</value>
    public bool DropDigits { get; set; } = true;

    /// <summary>Whether pairs are dropped whose words are singular and plural of one noun.</summary>
    /// <value>True by default; the regular English plurals are known.</value>
    public bool DropPlurals { get; set; } = true;

    /// <summary>Whether pairs are dropped whose change is only about articles, prepositions and the like.</summary>
    /// <value>True by default.</value>
    public bool DropStopWords { get; set; } = true;

    /// <summary>A file of known words, one a line; pairs with another word in their change are dropped.</summary>
    /// <value>Null by default: every word is known.</value>
    public string? Vocabulary { get; set; }

    /// <summary>A file of synonyms, a group of words a line; pairs whose change is within a group are dropped.</summary>
    /// <value>Null by default.</value>
    public string? Synonyms { get; set; }

    /// <summary>Captions with one of these phrases make no pair.</summary>
    /// <value>Empty by default; for stock videos the papers exclude "abstract of" and "flag of".</value>
    public IList<string> ExcludedPhrases { get; } = [];

    /// <summary>The least cosine similarity of both captions, where <see cref="ConstructionPipeline.TextEmbeddings"/> is set.</summary>
    /// <value>0.5 by default; -1 to 1.</value>
    [Range(-1, 1)]
    public double MinSimilarity { get; set; } = 0.5;

    /// <summary>The greatest cosine similarity of both captions.</summary>
    /// <value>0.99 by default; -1 to 1.</value>
    [Range(-1, 1)]
    public double MaxSimilarity { get; set; } = 0.99;
}
