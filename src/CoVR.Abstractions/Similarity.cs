namespace CoVR;

/// <summary>The similarity of a query and a candidate; this method is the specification that fast indexes are tested against.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface ISimilarity
{
    /// <summary>The name used in protocols and reports.</summary>
    string Name { get; }

    /// <summary>Whether candidates keep their frames [F, Q', D] and are pooled for each query.</summary>
    /// <value>False by default: candidates have one frame.</value>
    bool PoolsFrames => false;

    /// <summary>Compares two embeddings.</summary>
    /// <param name="query">[1, Q, D].</param>
    /// <param name="candidate">[1, Q', D], or [F, Q', D] with <see cref="PoolsFrames"/>.</param>
    /// <returns>The similarity; higher is more similar.</returns>
    float Score(EmbeddingSet query, EmbeddingSet candidate);
}

/// <summary>Pools the frames of a video's embedding into one.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface IFramePooling
{
    /// <summary>Pools frames.</summary>
    /// <param name="video">[F, Q, D].</param>
    /// <returns>[1, Q, D]; not renormalized.</returns>
    EmbeddingSet Pool(EmbeddingSet video);
}
