using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Losses;

/// <summary>InfoNCE in both directions with more weight on negatives that are hard to tell from the target.</summary>
/// <remarks>
/// <para>
/// HN-NCE of Radenovic et al., "Filtering, Distillation, and Hard Negatives for Vision-Language Pre-Training"
/// (arXiv:2301.02280, section 3.3), as <c>src/model/blip/loss.py</c> of CoVR uses it. With logits s [B, B], the weight of
/// the negative (i, j) is (B - 1) exp(beta s_ij) / Z, where Z sums exp(beta s) over a row (or column) without the
/// diagonal; the positive has weight alpha. The loss is the mean over i of
/// log Σ_j w_ij exp(s_ij) - s_ii, for rows plus for columns: a sum of two directions, not their mean.
/// Gradients flow through the weights.
/// </para>
/// <para>
/// Computed in log space: value and gradients stay finite for every finite logit, where plain exponentials overflow beyond
/// about 88. A batch of one has no negatives: its loss is 2 log(alpha), its gradient 0.
/// </para>
/// <para>Instances are immutable and safe for use from several threads.</para>
/// </remarks>
public sealed class HardNegativeNceLoss : IContrastiveLoss
{
    private readonly HnNceNormalization _normalization;

    /// <summary>Creates the loss; the defaults are those of the papers.</summary>
    /// <param name="alpha">Weight of the positive, finite and above 0.</param>
    /// <param name="beta">How strongly hard negatives are preferred; 0 makes all negatives equal. Finite and not negative.</param>
    /// <exception cref="ArgumentOutOfRangeException">A value is out of its range.</exception>
    public HardNegativeNceLoss(double alpha = 1, double beta = 0.5)
        : this(alpha, beta, HnNceNormalization.Reference)
    {
    }

    internal HardNegativeNceLoss(double alpha, double beta, HnNceNormalization normalization)
    {
        if (!double.IsFinite(alpha) || alpha <= 0)
        {
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "The weight of the positive must be a finite number above 0.");
        }

        if (!double.IsFinite(beta) || beta < 0)
        {
            throw new ArgumentOutOfRangeException(nameof(beta), beta, "The preference for hard negatives must be finite and not negative.");
        }

        (Alpha, Beta, _normalization) = (alpha, beta, normalization);
    }

    /// <summary>Weight of the positive.</summary>
    public double Alpha { get; }

    /// <summary>How strongly hard negatives are preferred.</summary>
    public double Beta { get; }

    /// <inheritdoc/>
    public string Describe() => FormattableString.Invariant($"HN-NCE (alpha {Alpha:R}, beta {Beta:R}{(_normalization is HnNceNormalization.Reference ? "" : ", textbook")})");

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">The logits are not square.</exception>
    public Tensor Compute(Tensor logits)
    {
        var count = Logits.RequireSquare(logits);
        using var scope = NewDisposeScope();
        if (count == 1)
        {
            using Scalar nothing = 0;
            using Scalar value = 2 * Math.Log(Alpha);
            return logits.sum().mul(nothing).add(value).MoveToOuterDisposeScope();
        }

        using Scalar beta = Beta;
        var diagonal = eye(count, dtype: ScalarType.Bool, device: logits.device);
        var scaled = logits.mul(beta);
        var rowSums = LogSumOfOthers(scaled, diagonal, 1);
        var rows = Direction(logits, scaled, diagonal, rowSums.unsqueeze(_normalization is HnNceNormalization.Reference ? 0 : 1), 1);
        var columns = Direction(logits, scaled, diagonal, LogSumOfOthers(scaled, diagonal, 0).unsqueeze(0), 0);
        return rows.add(columns).MoveToOuterDisposeScope();
    }

    /// <summary>mean_i( log Σ w exp(s) - s_ii ), the sum running over dimension <paramref name="dimension"/>.</summary>
    private Tensor Direction(Tensor logits, Tensor scaled, Tensor diagonal, Tensor logSums, long dimension)
    {
        using Scalar logNegatives = Math.Log(logits.shape[0] - 1);
        using Scalar logAlpha = Math.Log(Alpha);
        var logWeights = scaled.sub(logSums).add(logNegatives).masked_fill(diagonal, logAlpha);
        return logits.add(logWeights).logsumexp(dimension).sub(logits.diagonal()).mean();
    }

    /// <summary>log Σ exp(scaled) over a dimension without the diagonal, [B].</summary>
    private Tensor LogSumOfOthers(Tensor scaled, Tensor diagonal, long dimension)
    {
        using Scalar nothing = double.NegativeInfinity;
        var stable = scaled.masked_fill(diagonal, nothing).logsumexp(dimension);
        return _normalization is HnNceNormalization.Textbook ? stable : LogDifferenceAsReference(scaled, stable, dimension);
    }

    /// <summary>
    /// The reference subtracts exp(diagonal) from the sum of all. If the positive dominates, this loses precision, which is
    /// reproduced here; if it overflows or leaves nothing, the stable sum is used.
    /// </summary>
    private static Tensor LogDifferenceAsReference(Tensor scaled, Tensor stable, long dimension)
    {
        using Scalar zero = 0;
        using Scalar one = 1;
        Tensor usable;
        using (no_grad())
        {
            var difference = scaled.exp().sum(dimension).sub(scaled.diagonal().exp());
            usable = difference.isfinite().logical_and(difference.gt(zero));
        }

        // Zero the unusable rows before exp, so that no infinity reaches the gradient of the branch not taken.
        var safe = scaled.masked_fill(usable.logical_not().unsqueeze(dimension), zero);
        var sums = safe.exp().sum(dimension).sub(safe.diagonal().exp());
        return where(usable, sums.masked_fill(usable.logical_not(), one).log(), stable);
    }
}

/// <summary>How <see cref="HardNegativeNceLoss"/> normalizes its weights.</summary>
internal enum HnNceNormalization
{
    /// <summary>
    /// As the published models were trained: in the query-to-target direction entry (i, j) is divided by the sum of row j instead
    /// of row i, and sums are computed as "whole row minus diagonal" in the precision of the logits if that is finite and positive.
    /// </summary>
    Reference,

    /// <summary>As in the paper: entry (i, j) is divided by the sum of row i, in log space throughout.</summary>
    Textbook,
}
