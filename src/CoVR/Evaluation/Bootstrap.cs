using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>A figure with its confidence interval.</summary>
/// <param name="Value">The figure of the data itself, not rounded.</param>
/// <param name="Low">The lower end.</param>
/// <param name="High">The upper end.</param>
public readonly record struct MetricInterval(double Value, double Low, double High)
{
    /// <summary>Whether a value lies inside, ends included.</summary>
    /// <param name="value">The value; 0 asks whether a difference may be chance.</param>
    /// <returns>True when it does.</returns>
    public bool Contains(double value) => value >= Low && value <= High;
}

/// <summary>Percentile bootstrap intervals (Efron and Tibshirani, An Introduction to the Bootstrap, §13.3) over queries or targets.</summary>
/// <remarks>
/// The interval says how far the figure would move with other queries of the same sort; not with another gallery, seed or
/// training. A metric at 0 or 100 has an interval without width: the draws hold nothing else. Draws depend on the seed and the
/// number of units alone and units are ordered by identity, so intervals do not depend on the order of queries, and two results
/// over the same queries are drawn alike. Safe for use from several threads.
/// </remarks>
public static class Bootstrap
{
    /// <summary>Intervals of the metrics of a report.</summary>
    /// <param name="triplets">The scored queries, in the order of the report's scores.</param>
    /// <param name="report">Metrics without <see cref="RetrievalReport.QueryScores"/> are left out.</param>
    /// <param name="options">Number of draws, level, seed; null for the defaults.</param>
    /// <returns>By name; empty with zero draws.</returns>
    /// <exception cref="ArgumentException">A metric does not have one score for each triplet.</exception>
    public static IReadOnlyDictionary<string, MetricInterval> Intervals(IReadOnlyList<Triplet> triplets, RetrievalReport report, BootstrapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(triplets);
        ArgumentNullException.ThrowIfNull(report);
        return Draw(triplets, report.QueryScores, options ?? new BootstrapOptions());
    }

    /// <summary>Intervals of the differences of two results over the same queries, drawn in pairs: narrower than the intervals of each suggest.</summary>
    /// <param name="first">A result.</param>
    /// <param name="second">What is subtracted: another variant, kind of query or model.</param>
    /// <param name="options">Number of draws, level, seed; null for the defaults.</param>
    /// <returns>First minus second, for the metrics that both have; an interval without 0 is hardly chance.</returns>
    /// <exception cref="ArgumentException">The results do not have the same queries.</exception>
    public static IReadOnlyDictionary<string, MetricInterval> Differences(EvaluationResult first, EvaluationResult second, BootstrapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        var places = second.Dataset.Triplets.Select((triplet, place) => (triplet.Id, place)).ToDictionary(pair => pair.Id, pair => pair.place, StringComparer.Ordinal);
        var triplets = first.Dataset.Triplets;
        if (places.Count != triplets.Count || !triplets.All(triplet => places.ContainsKey(triplet.Id)))
        {
            throw new ArgumentException("Only results over the same queries can be compared.", nameof(second));
        }

        var differences = new Dictionary<string, IReadOnlyList<double>>(StringComparer.Ordinal);
        foreach (var (name, scores) in first.Report.QueryScores)
        {
            if (second.Report.QueryScores.TryGetValue(name, out var others))
            {
                differences[name] = [.. scores.Select((score, i) => score - others[places[triplets[i].Id]])];
            }
        }

        return Draw(triplets, differences, options ?? new BootstrapOptions());
    }

    /// <summary>Intervals of the means of metrics over several data sets, each counting the same: the averages of FashionIQ's categories.</summary>
    /// <remarks>The queries of each data set are drawn by themselves.</remarks>
    /// <param name="results">One result for each data set, at least one.</param>
    /// <param name="options">Number of draws, level, seed; null for the defaults.</param>
    /// <returns>For the metrics that all results have; empty with zero draws.</returns>
    /// <exception cref="ArgumentException">There is no result, or a metric does not have one score for each triplet.</exception>
    public static IReadOnlyDictionary<string, MetricInterval> Averages(IReadOnlyList<EvaluationResult> results, BootstrapOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (results.Count == 0)
        {
            throw new ArgumentException("An average needs at least one result.", nameof(results));
        }

        options ??= new BootstrapOptions();
        string[] names = [.. results[0].Report.QueryScores.Keys.Where(name => results.All(result => result.Report.QueryScores.ContainsKey(name)))];
        return Draw([.. results.Select(result => (result.Dataset.Triplets, result.Report.QueryScores))], names, options);
    }

    private static Dictionary<string, MetricInterval> Draw(
        IReadOnlyList<Triplet> triplets, IReadOnlyDictionary<string, IReadOnlyList<double>> metrics, BootstrapOptions options) =>
        Draw([(triplets, metrics)], [.. metrics.Keys], options);

    /// <summary>Draws each set by itself, one after the other, and takes the mean of their metrics.</summary>
    private static Dictionary<string, MetricInterval> Draw(
        (IReadOnlyList<Triplet> Triplets, IReadOnlyDictionary<string, IReadOnlyList<double>> Scores)[] sets, string[] names, BootstrapOptions options)
    {
        ResamplingUnits[] units = [.. sets.Select(set => ResamplingUnits.Of(set.Triplets, options.Unit))];
        var intervals = new Dictionary<string, MetricInterval>(StringComparer.Ordinal);
        if (options.Resamples == 0 || names.Length == 0 || units.Any(unit => unit.Count == 0))
        {
            return intervals;
        }

        UnitScores[][] scores = [.. sets.Zip(units, (set, unit) => names.Select(name => unit.Add(name, set.Scores[name])).ToArray())];
        var draws = names.Select(_ => new double[options.Resamples]).ToArray();
        var random = new Random(options.Seed);
        for (var draw = 0; draw < options.Resamples; draw++)
        {
            for (var set = 0; set < sets.Length; set++)
            {
                var counts = units[set].Draw(random);
                for (var metric = 0; metric < names.Length; metric++)
                {
                    draws[metric][draw] += scores[set][metric].Mean(counts) / sets.Length;
                }
            }
        }

        var tail = (1 - options.Level) / 2;
        for (var metric = 0; metric < names.Length; metric++)
        {
            double[] sorted = [.. draws[metric].Where(value => !double.IsNaN(value)).Order()];
            intervals[names[metric]] = new MetricInterval(scores.Average(set => set[metric].Mean()), Quantile(sorted, tail), Quantile(sorted, 1 - tail));
        }

        return intervals;
    }

    /// <summary>The quantile by linear interpolation between order statistics.</summary>
    private static double Quantile(double[] sorted, double share)
    {
        if (sorted.Length == 0)
        {
            return double.NaN;
        }

        var place = share * (sorted.Length - 1);
        var below = (int)place;
        var above = Math.Min(below + 1, sorted.Length - 1);
        return sorted[below] + ((place - below) * (sorted[above] - sorted[below]));
    }
}
