using static TorchSharp.torch;

namespace CoVR.Losses;

/// <summary>The term <c>si_ti</c>: queries against the images or videos that they look for.</summary>
/// <remarks>The method of the CoVR papers; see <see cref="QueryToCaptionTerm"/> for its sibling. Safe for use from several threads.</remarks>
/// <param name="loss">What is applied to the similarities.</param>
public sealed class QueryToTargetTerm(IContrastiveLoss loss) : ILossTerm
{
    /// <summary>The name in logs and configuration.</summary>
    public const string TermName = "si_ti";

    private readonly IContrastiveLoss _loss = loss ?? throw new ArgumentNullException(nameof(loss));

    /// <inheritdoc/>
    public string Name => TermName;

    /// <inheritdoc/>
    public string Describe() => $"{Name} by {_loss.Describe()}";

    /// <inheritdoc/>
    public Tensor Compute(TrainingEmbeddings batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        using var logits = Logits.Between(batch.Queries, batch.Targets, batch.Temperature);
        return _loss.Compute(logits);
    }
}
