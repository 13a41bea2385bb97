using static TorchSharp.torch;

namespace CoVR.Losses;

/// <summary>The term <c>si_ti</c>: queries against the images or videos that they look for.</summary>
/// <remarks>The method of the CoVR papers; see also <see cref="QueryToCaptionTerm"/>. Safe for use from several threads.</remarks>
/// <param name="loss">The loss over the similarities.</param>
public sealed class QueryToTargetTerm(IContrastiveLoss loss) : ILossTerm
{
    private readonly IContrastiveLoss _loss = loss ?? throw new ArgumentNullException(nameof(loss));

    /// <inheritdoc/>
    public string Name => "si_ti";

    /// <inheritdoc/>
    public LossInputs Needs => LossInputs.Targets;

    /// <inheritdoc/>
    public string Describe() => $"{Name} by {_loss.Describe()}";

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The batch has no embeddings of targets.</exception>
    public Tensor Compute(TrainingEmbeddings batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var targets = batch.Targets ?? throw new InvalidOperationException("The loss term si_ti compares queries with their targets, but this batch has no targets.");
        using var logits = Logits.Between(batch.Queries, targets, batch.Temperature);
        return _loss.Compute(logits);
    }
}

/// <summary>The term <c>si_tc</c>: queries against the captions of the images or videos that they look for.</summary>
/// <remarks>Needs data with captions; CoVR-2 trains with both terms, each with weight 0.5. Safe for use from several threads.</remarks>
/// <param name="loss">The loss over the similarities.</param>
public sealed class QueryToCaptionTerm(IContrastiveLoss loss) : ILossTerm
{
    private readonly IContrastiveLoss _loss = loss ?? throw new ArgumentNullException(nameof(loss));

    /// <inheritdoc/>
    public string Name => "si_tc";

    /// <inheritdoc/>
    public LossInputs Needs => LossInputs.TargetCaptions;

    /// <inheritdoc/>
    public string Describe() => $"{Name} by {_loss.Describe()}";

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The batch has no caption embeddings.</exception>
    public Tensor Compute(TrainingEmbeddings batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var captions = batch.TargetCaptions ?? throw new InvalidOperationException(
            "The loss term si_tc compares queries with the captions of their targets, but this batch has no captions: use data with target captions, or train with si_ti alone.");
        using var logits = Logits.Between(batch.Queries, captions, batch.Temperature);
        return _loss.Compute(logits);
    }
}
