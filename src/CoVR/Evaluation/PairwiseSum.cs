namespace CoVR.Evaluation;

/// <summary>Pairwise summation, whose rounding error grows only with the logarithm of the count; in numpy's order, so that means agree to the last bit.</summary>
internal static class PairwiseSum
{
    private const int Lanes = 8;
    private const int Block = 128;

    /// <summary>The sum: sequential for up to 7 numbers, in eight lanes up to 128, by halves beyond.</summary>
    public static double Of(ReadOnlySpan<double> values)
    {
        if (values.Length > Block)
        {
            var half = values.Length / 2 / Lanes * Lanes;
            return Of(values[..half]) + Of(values[half..]);
        }

        var (total, next) = (0.0, 0);
        if (values.Length >= Lanes)
        {
            Span<double> lanes = stackalloc double[Lanes];
            for (; next + Lanes <= values.Length; next += Lanes)
            {
                for (var lane = 0; lane < Lanes; lane++)
                {
                    lanes[lane] += values[next + lane];
                }
            }

            total = lanes[0] + lanes[1] + (lanes[2] + lanes[3]) + (lanes[4] + lanes[5] + (lanes[6] + lanes[7]));
        }

        foreach (var value in values[next..])
        {
            total += value;
        }

        return total;
    }
}
