namespace CoVR.Training;

/// <summary>The losses of the batches of one step, averaged.</summary>
internal sealed class StepLosses
{
    private readonly List<IReadOnlyList<NamedLoss>> _terms = [];
    private double _sum;

    internal double Loss => _sum / _terms.Count;

    internal IReadOnlyList<NamedLoss> Terms => _terms.Count == 1
        ? _terms[0]
        : [.. _terms[0].Select((term, place) => term with { Value = _terms.Average(terms => terms[place].Value) })];

    internal void Add(double loss, IReadOnlyList<NamedLoss> terms)
    {
        _sum += loss;
        _terms.Add(terms);
    }
}
