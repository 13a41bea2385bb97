using static TorchSharp.torch;

namespace CoVR.Losses;

/// <summary>The term <c>si_tc</c>: queries against the captions of the images or videos that they look for.</summary>
/// <remarks>Needs data with captions; CoVR-2 uses it with half the weight. Safe for use from several threads.</remarks>
/// <param name="loss">What is applied to the similarities.</param>
public sealed class QueryToCaptionTerm(IContrastiveLoss loss) : ILossTerm
{
    /// <summary>The name in logs and configuration.</summary>
    public const string TermName = "si_tc";

    private readonly IContrastiveLoss _loss = loss ?? throw new ArgumentNullException(nameof(loss));

    /// <inheritdoc/>
    public string Name => TermName;

    /// <inheritdoc/>
    public string Describe() => $"{Name} by {_loss.Describe()}";

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The batch has no caption embeddings.</exception>
    public Tensor Compute(TrainingEmbeddings batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        if (batch.TargetCaptions is null)
        {
            throw new InvalidOperationException(
                "The loss term si_tc compares queries with captions of their targets, and this batch has none: use data with target captions, or train with si_ti alone.");
        }

        using var logits = Logits.Between(batch.Queries, batch.TargetCaptions, batch.Temperature);
        return _loss.Compute(logits);
    }
}
