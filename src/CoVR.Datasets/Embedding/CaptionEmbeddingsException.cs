namespace CoVR.Datasets;

/// <summary>The stored embeddings of captions do not fit a data set.</summary>
/// <param name="file">The file, or files.</param>
/// <param name="reason">What is wrong and what to do.</param>
/// <param name="missing">Captions without an embedding; empty when that is not the fault.</param>
public sealed class CaptionEmbeddingsException(string file, string reason, IReadOnlyList<string> missing) : CoVRException($"{file}: {reason}")
{
    /// <summary>The file, or files.</summary>
    public string File { get; } = file;

    /// <summary>What is wrong and what to do.</summary>
    public string Reason { get; } = reason;

    /// <summary>Every caption without an embedding, by code unit.</summary>
    public IReadOnlyList<string> Missing { get; } = missing;
}
