namespace CoVR.Data;

/// <summary>The rules that the evaluator carries out and that a result's fingerprint states.</summary>
/// <remarks>The defaults are those of a leak-free ranking of pictures. Immutable.</remarks>
public sealed record RetrievalRules
{
    /// <summary>The defaults.</summary>
    public static RetrievalRules Default { get; } = new();

    /// <summary>How the stored frames of a candidate become one embedding.</summary>
    /// <value>Null by default: by the pipeline's <see cref="IFramePooling"/>, which sees no query.</value>
    public ICandidatePooling? Pooling { get; init; }

    /// <summary>Which candidates there are, in which order.</summary>
    /// <value>Null by default: each of <see cref="TripletDataset.Candidates"/> once.</value>
    public IGalleryLayout? Layout { get; init; }

    /// <summary>How candidates of equal score are ordered, and where excluded items go.</summary>
    /// <value>Null by default: by identity, code unit by code unit, whatever the order of the gallery; excluded items are left out.</value>
    public ITieBreaker? TieBreaker { get; init; }

    /// <summary>Whether the vectors of a candidate are made unit length after pooling.</summary>
    /// <value>False by default: pictures are stored as unit vectors.</value>
    public bool NormalizesCandidates { get; init; }

    /// <summary>The channel order in which the gallery's video frames should have been embedded: <c>rgb</c> or <c>bgr</c>.</summary>
    /// <value><c>rgb</c> by default. A store of the other order is used, and reported as a deviation.</value>
    public string ColourOrder { get; init; } = "rgb";

    /// <summary>Which items are the gallery, in a few words.</summary>
    public string Gallery { get; init; } = "the candidates of the data set";

    /// <summary>What happens to a query's own reference, in a few words.</summary>
    public string SelfMatch { get; init; } = "left out";

    /// <summary>What the ranking knows that no gallery in use could know, one sentence each.</summary>
    /// <value>Empty by default: nothing leaks. What <see cref="ICandidatePooling.Leaks"/> says need not be repeated here.</value>
    public IReadOnlyList<string> Leaks { get; init; } = [];
}
