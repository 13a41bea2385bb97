namespace CoVR.Evaluation;

public sealed partial class Bootstrap
{
    /// <summary>Compares two lists of scores of the same queries: the interval of the difference, a permutation test and McNemar's test.</summary>
    /// <remarks>
    /// The permutation test exchanges both scores of randomly chosen units, as many times as <see cref="Resamples"/> (Fisher's randomization test), and assumes nothing about the
    /// scores. McNemar's exact test counts the queries that only one of both answers, and takes queries as independent; of scores with more than two values it is the sign test.
    /// </remarks>
    /// <param name="first">One score for each query, in percent; NaN for a query that does not count.</param>
    /// <param name="second">The scores to subtract, in the same order.</param>
    /// <param name="units">What queries are drawn by, usually their targets: those with one name together. Null, or with <see cref="DrawsQueries"/>: each query by itself.</param>
    /// <returns>First against second.</returns>
    /// <exception cref="ArgumentException">The lists differ in length or are empty.</exception>
    public PairedTest Compare(IReadOnlyList<double> first, IReadOnlyList<double> second, IReadOnlyList<string>? units = null)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        if (first.Count == 0 || first.Count != second.Count || (units?.Count ?? first.Count) != first.Count)
        {
            throw new ArgumentException($"A paired test needs as many scores on both sides, and at least one; there are {first.Count} and {second.Count}.", nameof(second));
        }

        string[] names = [.. units is null || DrawsQueries ? Enumerable.Range(0, first.Count).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture)) : units];
        double[] differences = [.. first.Zip(second, (one, other) => one - other)];
        var drawn = ResamplingUnits.Of(names);
        var interval = Draw([(drawn, new Dictionary<string, IReadOnlyList<double>> { ["difference"] = differences })], ["difference"]);
        var (better, worse) = (differences.Count(difference => difference > 0), differences.Count(difference => difference < 0));
        var sums = drawn.Add("difference", differences);
        return new PairedTest(
            interval.TryGetValue("difference", out var known) ? known : new Interval(sums.Mean(), double.NaN, double.NaN), Permutation(sums.Sums), McNemar(better, worse), better, worse);
    }

    private double Permutation(double[] sums)
    {
        var (observed, random, extreme) = (Math.Abs(sums.Sum()) - 1e-9, new Random(Seed), 1);
        for (var draw = 0; draw < Resamples; draw++)
        {
            var sum = 0.0;
            foreach (var unit in sums)
            {
                sum += random.Next(2) == 0 ? unit : -unit;
            }

            extreme += Math.Abs(sum) >= observed ? 1 : 0;
        }

        return Resamples == 0 ? double.NaN : extreme / (Resamples + 1.0);
    }

    // Twice the binomial tail of the smaller count, with even odds.
    private static double McNemar(int better, int worse)
    {
        var count = better + worse;
        var (term, tail) = (-count * Math.Log(2), 0.0);
        for (var i = 0; i <= Math.Min(better, worse); i++)
        {
            term += i == 0 ? 0 : Math.Log((count - i + 1.0) / i);
            tail += Math.Exp(term);
        }

        return Math.Min(1, 2 * tail);
    }

    /// <summary>The outcome of a paired comparison.</summary>
    /// <param name="Difference">First minus second, with its interval; NaN ends without draws.</param>
    /// <param name="Permutation">The two-sided p-value of the permutation test, in (0, 1]; NaN without draws.</param>
    /// <param name="McNemar">The two-sided p-value of McNemar's exact test, in [0, 1].</param>
    /// <param name="Better">The queries with the higher score in the first list.</param>
    /// <param name="Worse">The queries with the higher score in the second list.</param>
    public readonly record struct PairedTest(Interval Difference, double Permutation, double McNemar, int Better, int Worse);
}
