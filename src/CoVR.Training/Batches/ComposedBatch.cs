using CoVR.Data;
using CoVR.Modeling;

namespace CoVR.Training.Batches;

/// <summary>One batch of composed training, in host memory: references, modification texts and targets. Owns the pixels.</summary>
internal sealed class ComposedBatch : IPartialBatch, IDisposable
{
    /// <summary>B triplets.</summary>
    public required IReadOnlyList<Triplet> Triplets { get; init; }

    /// <summary>Reference pixels [B F, 3, S, S], F frames of each; null with <see cref="VisualTokens"/> or text-only queries.</summary>
    public PixelBatch? References { get; init; }

    /// <summary>Precomputed visual tokens; null with <see cref="References"/> or text-only queries.</summary>
    public VisualTokenTable? VisualTokens { get; init; }

    /// <summary>Modification texts [B, T].</summary>
    public required TokenBatch Modifications { get; init; }

    /// <summary>Stored embeddings of the targets [B, Q, D]; null if no loss term needs them.</summary>
    public EmbeddingSet? Targets { get; init; }

    /// <summary>Captions of the targets [B, T], to be encoded by the model; null without.</summary>
    public TokenBatch? Captions { get; init; }

    /// <summary>Stored embeddings of the targets' captions [B, 1, D]; null without.</summary>
    public EmbeddingSet? CaptionEmbeddings { get; init; }

    public IReadOnlyList<SkippedItem> Skipped { get; init; } = [];

    public void Dispose() => References?.Dispose();
}

/// <summary>A batch from which unreadable items may have been left out.</summary>
internal interface IPartialBatch
{
    /// <summary>What was left out, in the order of the batch.</summary>
    IReadOnlyList<SkippedItem> Skipped { get; }
}

/// <summary>An item that was left out of its batch because its media cannot be read.</summary>
internal sealed record SkippedItem(string Item, MediaId Media, string Reason);

/// <summary>Cleans and tokenizes training texts; runs on the workers.</summary>
/// <param name="tokenizer">The model's tokenizer.</param>
/// <param name="clean">Cleans texts first.</param>
/// <param name="length">The largest T.</param>
/// <param name="padToLongest">Whether texts are padded to the longest of their batch, not to the largest T.</param>
internal sealed class TrainingTokenizer(ITextTokenizer tokenizer, Func<string, string> clean, int length, bool padToLongest = false)
{
    internal static TrainingTokenizer For(ComposedModel model, bool padToLongest = false) =>
        new(model.Tokenizer, model.Clean, model.Description.Text.TrainingLength, padToLongest);

    /// <summary>Ids and mask [B, T].</summary>
    internal TokenBatch Encode(IReadOnlyList<string> texts) => tokenizer.Encode([.. texts.Select(clean)], length, !padToLongest);
}
