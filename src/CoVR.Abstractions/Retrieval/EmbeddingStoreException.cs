namespace CoVR;

/// <summary>A store of embeddings cannot be used: it belongs to another model, or its bytes are damaged.</summary>
/// <param name="store">The store's folder or address.</param>
/// <param name="reason">What is wrong and how to mend it.</param>
/// <param name="innerException">The cause, if there is one.</param>
public sealed class EmbeddingStoreException(string store, string reason, Exception? innerException = null)
    : CoVRException($"Embedding store '{store}': {reason}", innerException)
{
    /// <summary>The store's folder or address.</summary>
    public string Store { get; } = store;

    /// <summary>What is wrong.</summary>
    public string Reason { get; } = reason;
}
