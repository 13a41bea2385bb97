namespace CoVR.Embedding;

/// <summary>What an embedding job stores of each frame.</summary>
public enum EmbeddingOutput
{
    /// <summary>The embedding that queries are compared with, [Q, D].</summary>
    Targets,

    /// <summary>All tokens of the visual encoder, [N, C], as the reference's <c>--save_all_tokens</c>; not searchable.</summary>
    VisualTokens,
}
