namespace CoVR;

/// <summary>How alike a query and a candidate are; this method is the specification that fast indexes are tested against.</summary>
public interface ISimilarity
{
    /// <summary>The name that protocols and reports state.</summary>
    string Name { get; }

    /// <summary>Compares two embeddings of one frame.</summary>
    /// <param name="query">[1, Q, D].</param>
    /// <param name="candidate">[1, Q', D].</param>
    /// <returns>The similarity; higher is more alike.</returns>
    float Score(EmbeddingSet query, EmbeddingSet candidate);
}
