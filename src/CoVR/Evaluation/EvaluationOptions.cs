using System.ComponentModel.DataAnnotations;
using CoVR.Modeling;

namespace CoVR.Evaluation;

/// <summary>What is evaluated and how the machine is used.</summary>
public sealed class EvaluationOptions
{
    /// <summary>The kinds of queries; references go through the visual encoder once for all of them.</summary>
    /// <value>Composed queries (<see cref="QueryParts.Both"/>) by default; add the single parts to see what each contributes.</value>
    [MinLength(1)]
    public IReadOnlyList<QueryParts> Parts { get; set; } = [QueryParts.Both];

    /// <summary>Queries in one call of the model; figures do not depend on it.</summary>
    /// <value>32 by default; 1 to 4096.</value>
    [Range(1, 4096)]
    public int BatchSize { get; set; } = 32;

    /// <summary>References that are read and decoded at the same time.</summary>
    /// <value>The number of processors by default; 1 to 1024.</value>
    [Range(1, 1024)]
    public int Workers { get; set; } = Math.Min(1024, Environment.ProcessorCount);

    /// <summary>Whether each candidate's frames are pooled by their similarity to the edit text of the query that it answers.</summary>
    /// <value>
    /// False by default: candidates are pooled by the pipeline. True is the published protocol of WebVid-CoVR
    /// (<c>emb_pool: query</c>), in which the gallery has seen the questions; no real gallery can be pooled so. A
    /// candidate that answers several queries takes the scores of the first.
    /// </value>
    public bool AnswerConditionedPooling { get; set; }

    /// <summary>Whether candidates may be missing from the store.</summary>
    /// <value>False by default: a smaller gallery is an easier one. When true, the report states how many are missing.</value>
    public bool AllowMissingCandidates { get; set; }
}
