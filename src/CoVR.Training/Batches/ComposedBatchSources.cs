using CoVR.Modeling;

namespace CoVR.Training;

/// <summary>Where the parts of a <see cref="ComposedBatch"/> come from.</summary>
public sealed record ComposedBatchSources
{
    /// <summary>Tokenises modifications and captions.</summary>
    public required TrainingTokenizer Texts { get; init; }

    /// <summary>The embeddings of targets.</summary>
    public required ITargetEmbeddings Targets { get; init; }

    /// <summary>What queries look at; references are read only where they do.</summary>
    /// <value><see cref="QueryParts.Both"/>.</value>
    public QueryParts Parts { get; init; } = QueryParts.Both;

    /// <summary>Whether a triplet whose reference cannot be read is left out of its batch and reported; otherwise it ends the run.</summary>
    /// <value>False.</value>
    public bool SkipUnreadable { get; init; }

    /// <summary>The pixels of references; needed unless <see cref="VisualTokens"/> are given or queries look at texts alone.</summary>
    /// <value>Null.</value>
    public IPixelSource? References { get; init; }

    /// <summary>Visual tokens of all references, computed once: for a frozen visual encoder. Not disposed with batches.</summary>
    /// <value>Null.</value>
    public VisualTokenTable? VisualTokens { get; init; }

    /// <summary>Whether batches hold the tokens of target captions, which the model then encodes.</summary>
    /// <value>False.</value>
    public bool Captions { get; init; }

    /// <summary>
    /// Stored embeddings of captions by their text, each of D numbers; wins over <see cref="Captions"/>. <see cref="TextEmbeddings"/> is one such table,
    /// and <c>CaptionEmbeddings.Load</c> of the package CoVR.Reproduction loads what the reference's <c>si_tc</c> trains with.
    /// </summary>
    /// <value>Null.</value>
    public IReadOnlyDictionary<string, ReadOnlyMemory<float>>? CaptionEmbeddings { get; init; }
}
