using System.Numerics;

namespace CoVR.Evaluation;

/// <summary>The measures of retrieval benchmarks, as pure functions of rankings.</summary>
/// <remarks>Percentages are not rounded; <see cref="Round"/> rounds them.</remarks>
public static class RetrievalMetrics
{
    /// <summary>The rank of an item.</summary>
    /// <param name="ranking">Hits, best first.</param>
    /// <param name="target">The item.</param>
    /// <returns>One-based; null if the ranking does not contain it.</returns>
    public static int? RankOf(IReadOnlyList<SearchHit> ranking, MediaId target)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        for (var i = 0; i < ranking.Count; i++)
        {
            if (ranking[i].Id == target)
            {
                return i + 1;
            }
        }

        return null;
    }

    /// <summary>How many queries find their target among the first <paramref name="k"/> hits.</summary>
    /// <param name="ranks">Each target's rank, one-based; null if it was not found.</param>
    /// <param name="k">The cut-off, at least 1.</param>
    /// <returns>Percent of the queries, in [0, 100]; NaN without queries.</returns>
    public static double RecallAt(IReadOnlyCollection<int?> ranks, int k)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return 100.0 * ranks.Count(rank => rank <= k) / ranks.Count;
    }

    /// <summary>The contribution of each query to <see cref="RecallAt"/>, which is their mean: for <see cref="Data.RetrievalReport.QueryScores"/>.</summary>
    /// <param name="ranks">Each target's rank, one-based; null if it was not found.</param>
    /// <param name="k">The cut-off, at least 1.</param>
    /// <returns>100 or 0 for each query.</returns>
    public static IReadOnlyList<double> RecallScores(IReadOnlyList<int?> ranks, int k)
    {
        ArgumentNullException.ThrowIfNull(ranks);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        return [.. ranks.Select(rank => rank <= k ? 100.0 : 0)];
    }

    /// <summary>The hits of a ranking that belong to a set, with new ranks: CIRR's subset.</summary>
    /// <param name="ranking">Hits, best first.</param>
    /// <param name="members">The set.</param>
    /// <returns>Hits in the same order with ranks from 1.</returns>
    public static IReadOnlyList<SearchHit> Among(IReadOnlyList<SearchHit> ranking, IReadOnlySet<MediaId> members)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(members);
        return [.. ranking.Where(hit => members.Contains(hit.Id)).Select((hit, i) => hit with { Rank = i + 1 })];
    }

    /// <summary>Average precision of the first <paramref name="k"/> hits, divided by min(relevant items, k).</summary>
    /// <remarks>The measure of CIRCO (Baldrati et al., Zero-Shot Composed Image Retrieval with Textual Inversion, ICCV 2023).</remarks>
    /// <param name="ranking">Hits, best first.</param>
    /// <param name="relevant">The correct answers, at least one.</param>
    /// <param name="k">The cut-off, at least 1.</param>
    /// <returns>In [0, 1].</returns>
    /// <exception cref="ArgumentException">There is no correct answer.</exception>
    public static double AveragePrecisionAt(IReadOnlyList<SearchHit> ranking, IReadOnlySet<MediaId> relevant, int k)
    {
        ArgumentNullException.ThrowIfNull(ranking);
        ArgumentNullException.ThrowIfNull(relevant);
        ArgumentOutOfRangeException.ThrowIfLessThan(k, 1);
        if (relevant.Count == 0)
        {
            throw new ArgumentException("Average precision needs at least one right answer.", nameof(relevant));
        }

        var found = 0;
        var precisions = new double[Math.Min(k, ranking.Count)];
        for (var i = 0; i < precisions.Length; i++)
        {
            if (relevant.Contains(ranking[i].Id))
            {
                found++;
                precisions[i] = (double)found / (i + 1);
            }
        }

        return PairwiseSum.Of(precisions) / Math.Min(relevant.Count, k);
    }

    /// <summary>The mean of <see cref="AveragePrecisionAt"/> over queries.</summary>
    /// <param name="rankings">The hits of each query.</param>
    /// <param name="relevant">The correct answers of each query.</param>
    /// <param name="k">The cut-off, at least 1.</param>
    /// <returns>Percent, in [0, 100]; NaN without queries.</returns>
    /// <exception cref="ArgumentException">The counts differ.</exception>
    public static double MeanAveragePrecisionAt(
        IReadOnlyList<IReadOnlyList<SearchHit>> rankings, IReadOnlyList<IReadOnlySet<MediaId>> relevant, int k)
    {
        ArgumentNullException.ThrowIfNull(rankings);
        ArgumentNullException.ThrowIfNull(relevant);
        if (rankings.Count != relevant.Count)
        {
            throw new ArgumentException($"{rankings.Count} rankings need as many sets of right answers, not {relevant.Count}.", nameof(relevant));
        }

        double[] precisions = [.. rankings.Select((ranking, i) => AveragePrecisionAt(ranking, relevant[i], k))];
        return PairwiseSum.Of(precisions) / rankings.Count * 100;
    }

    /// <summary>Rounds a number to decimals without scaling error: the exact binary value decides, and exact halves round to even.</summary>
    /// <param name="value">The number.</param>
    /// <param name="digits">Decimals, in [0, 15].</param>
    /// <returns>The double nearest to the rounded decimal.</returns>
    public static double Round(double value, int digits)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(digits);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(digits, 15);
        if (!double.IsFinite(value) || value == 0)
        {
            return value;
        }

        var bits = BitConverter.DoubleToInt64Bits(Math.Abs(value));
        var exponent = Math.Max(1, (int)(bits >> 52)) - 1075;
        if (exponent >= 0)
        {
            return value;
        }

        var mantissa = (bits & ((1L << 52) - 1)) | ((bits >> 52) == 0 ? 0 : 1L << 52);
        var scaled = mantissa * BigInteger.Pow(10, digits);
        var whole = scaled >> -exponent;
        var rest = scaled - (whole << -exponent);
        var half = BigInteger.One << (-exponent - 1);
        if (rest > half || (rest == half && !whole.IsEven))
        {
            whole++;
        }

        return Math.CopySign((double)whole / Math.Pow(10, digits), value);
    }
}
