using CoVR.Retrieval;

namespace CoVR.Storage;

/// <summary>How a folder's gallery turns embeddings into the rows that it searches.</summary>
/// <param name="fingerprint">What made the embeddings.</param>
/// <param name="options">Similarity and pooling.</param>
internal sealed class RowForm(EmbeddingFingerprint fingerprint, FolderGalleryOptions options)
{
    public ExactSearch Search { get; } = new(options.Similarity, fingerprint.Vectors);

    public int Dimensions => fingerprint.Dimensions;

    /// <summary>Whether rows are searched by codes.</summary>
    public bool IsCoded { get; } = ExactSearch.UsesCodes(options.Similarity, fingerprint.Dimensions);

    /// <summary>What the names of parts with such rows contain; null if no parts are made of them, because anything may decide what they are.</summary>
    public string? PartName => !IsCoded || options.Pooling is not MeanFramePooling ? null : options.Similarity is MeanPooledSimilarity ? "mean" : "pairs";

    /// <summary>How many rows an item has, in parts.</summary>
    public int RowsOfItem => options.Similarity is MeanPooledSimilarity ? 1 : fingerprint.Vectors;

    /// <summary>The rows of an item.</summary>
    public ReadOnlyMemory<float> RowsOf(EmbeddingSet embedding) =>
        Search.RowsOf(options.Similarity.PoolsFrames || embedding.Frames == 1 ? embedding : options.Pooling.Pool(embedding));
}
