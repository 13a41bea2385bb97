using System.ComponentModel.DataAnnotations;
using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>Percentile bootstrap intervals (Efron and Tibshirani, An Introduction to the Bootstrap, §13.3) over queries or targets.</summary>
/// <remarks>
/// The interval says how far the figure would move with other queries of the same kind, not with another gallery, seed or
/// training. A metric at 0 or 100 has an interval of zero width. Draws depend on the seed and the
/// number of units alone and units are ordered by identity, so intervals do not depend on the order of queries, and two results
/// over the same queries use the same draws. Safe for use from several threads.
/// </remarks>
public sealed partial class Bootstrap
{
    /// <summary>How many resampled data sets are drawn.</summary>
    /// <value>2000 by default; 0 for no intervals.</value>
    [Range(0, 1_000_000)]
    public int Resamples { get; set; } = 2000;

    /// <summary>The share of draws inside the interval.</summary>
    /// <value>0.95 by default.</value>
    [Range(0.01, 0.999)]
    public double Level { get; set; } = 0.95;

    /// <summary>The seed of the draws; the same seed gives the same interval.</summary>
    public int Seed { get; set; } = 1234;

    /// <summary>
    /// Whether single queries are drawn. Otherwise targets are drawn with all their queries: queries with one target succeed and
    /// fail together, and count once as evidence. Where each query has a target of its own both are the same.
    /// </summary>
    /// <value>False by default.</value>
    public bool DrawsQueries { get; set; }

    /// <summary>Intervals of the metrics of a report.</summary>
    /// <param name="triplets">The scored queries, in the order of the report's scores.</param>
    /// <param name="report">Metrics without <see cref="RetrievalReport.QueryScores"/> are left out.</param>
    /// <returns>By name; empty with zero draws.</returns>
    /// <exception cref="ArgumentException">A metric does not have one score for each triplet.</exception>
    public IReadOnlyDictionary<string, Interval> Intervals(IReadOnlyList<Triplet> triplets, RetrievalReport report)
    {
        ArgumentNullException.ThrowIfNull(triplets);
        ArgumentNullException.ThrowIfNull(report);
        return Draw(triplets, report.QueryScores);
    }

    /// <summary>Intervals of the differences between two results over the same queries, by paired draws; narrower than the separate intervals suggest.</summary>
    /// <param name="first">A result.</param>
    /// <param name="second">The result to subtract: another variant, kind of query or model.</param>
    /// <returns>First minus second, for the metrics that both have; an interval that excludes 0 is unlikely to be chance.</returns>
    /// <exception cref="ArgumentException">The results do not have the same queries.</exception>
    public IReadOnlyDictionary<string, Interval> Differences(EvaluationResult first, EvaluationResult second)
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

        return Draw(triplets, differences);
    }

    /// <summary>Intervals of the means of metrics over several data sets, equally weighted: the averages of FashionIQ's categories.</summary>
    /// <remarks>The queries of each data set are drawn by themselves.</remarks>
    /// <param name="results">One result for each data set, at least one.</param>
    /// <returns>For the metrics that all results have; empty with zero draws.</returns>
    /// <exception cref="ArgumentException">There is no result, or a metric does not have one score for each triplet.</exception>
    public IReadOnlyDictionary<string, Interval> Averages(IReadOnlyList<EvaluationResult> results)
    {
        ArgumentNullException.ThrowIfNull(results);
        if (results.Count == 0)
        {
            throw new ArgumentException("An average needs at least one result.", nameof(results));
        }

        string[] names = [.. results[0].Report.QueryScores.Keys.Where(name => results.All(result => result.Report.QueryScores.ContainsKey(name)))];
        return Draw([.. results.Select(result => (ResamplingUnits.Of(result.Dataset.Triplets, DrawsQueries), result.Report.QueryScores))], names);
    }

    private Dictionary<string, Interval> Draw(IReadOnlyList<Triplet> triplets, IReadOnlyDictionary<string, IReadOnlyList<double>> metrics) =>
        Draw([(ResamplingUnits.Of(triplets, DrawsQueries), metrics)], [.. metrics.Keys]);

    /// <summary>Draws each set separately and averages their metrics.</summary>
    private Dictionary<string, Interval> Draw(
        (ResamplingUnits Units, IReadOnlyDictionary<string, IReadOnlyList<double>> Scores)[] sets, string[] names)
    {
        ResamplingUnits[] units = [.. sets.Select(set => set.Units)];
        var intervals = new Dictionary<string, Interval>(StringComparer.Ordinal);
        if (Resamples == 0 || names.Length == 0 || units.Any(unit => unit.Count == 0))
        {
            return intervals;
        }

        UnitScores[][] scores = [.. sets.Zip(units, (set, unit) => names.Select(name => unit.Add(name, set.Scores[name])).ToArray())];
        var draws = names.Select(_ => new double[Resamples]).ToArray();
        var random = new Random(Seed);
        for (var draw = 0; draw < Resamples; draw++)
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

        var tail = (1 - Level) / 2;
        for (var metric = 0; metric < names.Length; metric++)
        {
            double[] sorted = [.. draws[metric].Where(value => !double.IsNaN(value)).Order()];
            intervals[names[metric]] = new Interval(scores.Average(set => set[metric].Mean()), Quantile(sorted, tail), Quantile(sorted, 1 - tail));
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

    /// <summary>A figure with its confidence interval.</summary>
    /// <param name="Value">The metric's value on the data, not rounded.</param>
    /// <param name="Low">The lower end.</param>
    /// <param name="High">The upper end.</param>
    public readonly record struct Interval(double Value, double Low, double High)
    {
        /// <summary>Whether a value lies inside, ends included.</summary>
        /// <param name="value">The value; 0 asks whether a difference may be chance.</param>
        /// <returns>True when it does.</returns>
        public bool Contains(double value) => value >= Low && value <= High;
    }
}
