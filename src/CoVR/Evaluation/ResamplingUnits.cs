using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>The units that a bootstrap resamples, ordered by identity, and the unit of each query.</summary>
internal sealed class ResamplingUnits
{
    private readonly int[] _unitOf;

    private readonly double[] _counts;

    private ResamplingUnits(int[] unitOf, int count) => (_unitOf, _counts) = (unitOf, new double[count]);

    public int Count => _counts.Length;

    public static ResamplingUnits Of(IReadOnlyList<Triplet> triplets, bool queries)
        => Of([.. triplets.Select(triplet => !queries && triplet.Target is { } target ? $"t{target}" : $"q{triplet.Id}")]);

    /// <summary>Scores with one name belong to one unit.</summary>
    public static ResamplingUnits Of(string[] names)
    {
        var places = names.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)
            .Select((name, place) => (name, place)).ToDictionary(pair => pair.name, pair => pair.place, StringComparer.Ordinal);
        return new ResamplingUnits(Array.ConvertAll(names, name => places[name]), places.Count);
    }

    /// <summary>How often each unit is drawn in one draw of as many units as there are; the same array at every call.</summary>
    public double[] Draw(Random random)
    {
        Array.Clear(_counts);
        for (var i = 0; i < _counts.Length; i++)
        {
            _counts[random.Next(_counts.Length)]++;
        }

        return _counts;
    }

    /// <summary>Sums a metric's scores over the queries of each unit.</summary>
    public UnitScores Add(string name, IReadOnlyList<double> scores)
    {
        if (scores.Count != _unitOf.Length)
        {
            throw new ArgumentException($"{name}: {_unitOf.Length} queries need as many scores, not {scores.Count}.", nameof(scores));
        }

        var (sums, sizes) = (new double[Count], new double[Count]);
        for (var i = 0; i < _unitOf.Length; i++)
        {
            if (!double.IsNaN(scores[i]))
            {
                sums[_unitOf[i]] += scores[i];
                sizes[_unitOf[i]]++;
            }
        }

        return new UnitScores(name, sums, sizes);
    }
}
