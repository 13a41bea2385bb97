namespace CoVR.Training.Runs;

/// <summary>The losses of the batches of one step, averaged.</summary>
internal sealed class StepLosses
{
    private readonly List<IReadOnlyDictionary<string, double>> _terms = [];
    private double _sum;

    internal double Loss => _sum / _terms.Count;

    internal IReadOnlyDictionary<string, double> Terms => _terms.Count == 1
        ? _terms[0]
        : new OrderedDictionary<string, double>(_terms[0].Keys.Select(name => KeyValuePair.Create(name, _terms.Average(terms => terms[name]))), StringComparer.Ordinal);

    internal void Add(double loss, IReadOnlyDictionary<string, double> terms)
    {
        _sum += loss;
        _terms.Add(terms);
    }
}
