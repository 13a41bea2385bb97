namespace CoVR.Data;

/// <summary>The rules that the evaluator carries out and that a result's fingerprint states.</summary>
/// <remarks>The defaults are those of a leak-free ranking of pictures. Immutable.</remarks>
public sealed record RetrievalRules
{
    /// <summary>The defaults.</summary>
    public static RetrievalRules Default { get; } = new();

    /// <summary>How the stored frames of a candidate become one embedding.</summary>
    /// <value>Null by default: by the pipeline's <see cref="IFramePooling"/>, which does not depend on queries.</value>
    public ICandidatePooling? Pooling { get; init; }

    /// <summary>What the fingerprint states of <see cref="IRetrievalProtocol.Arrange"/>, in a few words; protocols that arrange candidates differently state different words.</summary>
    /// <value>Null by default: each of <see cref="TripletDataset.Candidates"/> once.</value>
    public string? Layout { get; init; }

    /// <summary>How candidates with equal scores are ordered, and where excluded items go.</summary>
    /// <value>Null by default: by identity, code unit by code unit, whatever the order of the gallery; excluded items are left out.</value>
    public ITieBreaker? TieBreaker { get; init; }

    /// <summary>Whether the vectors of a candidate are normalized after pooling.</summary>
    /// <value>False by default: pictures are stored as unit vectors.</value>
    public bool NormalizesCandidates { get; init; }

    /// <summary>The channel order in which the gallery's video frames should have been embedded: <c>rgb</c> or <c>bgr</c>.</summary>
    /// <value><c>rgb</c> by default. A store with the other order is used and reported as a deviation.</value>
    public string ColourOrder { get; init; } = "rgb";

    /// <summary>A short description of which items make up the gallery.</summary>
    public string Gallery { get; init; } = "the candidates of the data set";

    /// <summary>A short description of how a query's own reference is treated.</summary>
    public string SelfMatch { get; init; } = "left out";

    /// <summary>What the ranking uses that a real gallery could not know, one sentence each.</summary>
    /// <value>Empty by default: nothing leaks. What <see cref="ICandidatePooling.Leaks"/> says need not be repeated here.</value>
    public IReadOnlyList<string> Leaks { get; init; } = [];
}

/// <summary>Decides the order of candidates with equal scores and the place of excluded ones.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface ITieBreaker
{
    /// <summary>A short description for the fingerprint.</summary>
    string Name { get; }

    /// <summary>Whether two scores count as equal.</summary>
    /// <param name="first">The higher score.</param>
    /// <param name="second">The lower or equal score.</param>
    /// <returns>True if <see cref="Order"/> must decide between them.</returns>
    bool AreTied(float first, float second) => first == second;

    /// <summary>Orders the whole gallery for one query; called only if candidates are tied or excluded.</summary>
    /// <param name="scores">One for each candidate, in the order of the gallery; negative infinity for excluded ones.</param>
    /// <param name="excluded">The indexes of excluded candidates.</param>
    /// <returns>Indexes, best first. Excluded ones may be left out.</returns>
    IEnumerable<int> Order(ReadOnlySpan<float> scores, IReadOnlySet<int> excluded);
}
