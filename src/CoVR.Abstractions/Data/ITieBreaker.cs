namespace CoVR.Data;

/// <summary>Decides what scores leave open: the order of equal candidates, and the place of excluded ones.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface ITieBreaker
{
    /// <summary>What the fingerprint states, in a few words.</summary>
    string Name { get; }

    /// <summary>Whether two scores are the same to this order.</summary>
    /// <param name="first">The higher score.</param>
    /// <param name="second">The lower or equal score.</param>
    /// <returns>True when <see cref="Order"/> has to decide between them.</returns>
    bool AreTied(float first, float second) => first == second;

    /// <summary>Orders the whole gallery for one query; called only when candidates are tied or excluded.</summary>
    /// <param name="scores">One for each candidate, in the order of the gallery; negative infinity for excluded ones.</param>
    /// <param name="excluded">The places of excluded candidates.</param>
    /// <returns>Places, best first. Excluded places may be left out.</returns>
    IEnumerable<int> Order(ReadOnlySpan<float> scores, IReadOnlySet<int> excluded);
}
