using CoVR.Modeling;

namespace CoVR;

/// <summary>A question to a gallery: a reference picture or video and a text that says what to change.</summary>
/// <remarks>One of the two may be null: the other alone is then the query.</remarks>
public sealed record ComposedQuery
{
    /// <summary>Creates a query.</summary>
    /// <param name="reference">What to start from; null for a query by text alone.</param>
    /// <param name="modification">What to change, in plain words; null for a query by reference alone.</param>
    /// <exception cref="ArgumentException">Both are missing.</exception>
    public ComposedQuery(MediaSource? reference, string? modification)
    {
        if (reference is null && string.IsNullOrWhiteSpace(modification))
        {
            throw new ArgumentException("A query needs a reference, a modification text, or both.");
        }

        (Reference, Modification) = (reference, string.IsNullOrWhiteSpace(modification) ? null : modification);
    }

    /// <summary>What to start from.</summary>
    public MediaSource? Reference { get; }

    /// <summary>What to change.</summary>
    public string? Modification { get; }

    /// <summary>Which parts the query has.</summary>
    public QueryParts Parts =>
        (Reference is null ? 0 : QueryParts.Reference) | (Modification is null ? 0 : QueryParts.Modification);
}
