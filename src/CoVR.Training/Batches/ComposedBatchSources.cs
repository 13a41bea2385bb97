using CoVR.Modeling;

namespace CoVR.Training.Batches;

/// <summary>Where the parts of a <see cref="ComposedBatch"/> come from.</summary>
internal sealed record ComposedBatchSources
{
    /// <summary>Tokenizes modifications and captions.</summary>
    public required TrainingTokenizer Texts { get; init; }

    /// <summary>The embeddings of targets; null if no loss term needs them.</summary>
    public ITargetEmbeddings? Targets { get; init; }

    /// <summary>What queries are made of.</summary>
    public QueryParts Parts { get; init; } = QueryParts.Both;

    /// <summary>Whether a triplet whose reference cannot be read is left out of its batch and reported; otherwise it ends the run.</summary>
    public bool SkipUnreadable { get; init; }

    /// <summary>The pixels of references; needed unless there are <see cref="VisualTokens"/> or queries are text only.</summary>
    public IPixelSource? References { get; init; }

    /// <summary>Precomputed visual tokens of all references; not disposed with batches.</summary>
    public VisualTokenTable? VisualTokens { get; init; }

    /// <summary>Whether batches hold the tokens of target captions.</summary>
    public bool Captions { get; init; }

    /// <summary>Stored embeddings of captions by their text, D values each; used instead of <see cref="Captions"/>.</summary>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>>? CaptionEmbeddings { get; init; }
}
