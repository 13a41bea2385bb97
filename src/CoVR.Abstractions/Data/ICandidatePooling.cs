using CoVR.Modeling;

namespace CoVR.Data;

/// <summary>Pools the stored frames of a candidate, given the queries that the candidate answers.</summary>
/// <remarks>Equal instances must pool alike: the evaluator lets them share a gallery. Implementations are safe for use from several threads.</remarks>
public interface ICandidatePooling
{
    /// <summary>What the pooling uses that a real gallery could not know, one sentence each; reported for galleries with several frames.</summary>
    IReadOnlyList<string> Leaks => [];

    /// <summary>A short description for the fingerprint.</summary>
    /// <param name="pipeline">The pipeline's pooling.</param>
    /// <returns>For example <c>mean of the frames</c>.</returns>
    string Describe(IFramePooling pipeline);

    /// <summary>The pooling for queries with the given parts.</summary>
    /// <param name="parts">What the queries look at.</param>
    /// <returns>This pooling by default.</returns>
    ICandidatePooling ForQueries(QueryParts parts) => this;

    /// <summary>Pools.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="frames">[F, Q, D].</param>
    /// <param name="pipeline">The pipeline's pooling.</param>
    /// <returns>[1, Q, D]; not renormalized.</returns>
    EmbeddingSet Pool(GalleryCandidate candidate, EmbeddingSet frames, IFramePooling pipeline);

    /// <summary>What a reader needs to know about this gallery, one sentence each.</summary>
    /// <param name="pooled">Every candidate with its number of stored frames.</param>
    /// <returns>Empty by default.</returns>
    IEnumerable<string> Deviations(IReadOnlyList<(GalleryCandidate Candidate, int Frames)> pooled) => [];
}

/// <summary>One candidate of an evaluated gallery.</summary>
/// <remarks>
/// An item may occur several times under different identities: for the queries that a candidate answers it counts as the item,
/// for all others as a different one.
/// </remarks>
/// <param name="Id">Its identity in rankings, usually that of the item.</param>
/// <param name="Item">The item whose embedding it has.</param>
/// <param name="Answers">The triplets whose target it is, in data set order.</param>
public sealed record GalleryCandidate(MediaId Id, MediaId Item, IReadOnlyList<Triplet> Answers)
{
    /// <summary>Similarity of each stored frame to the text of an answered query.</summary>
    /// <value>The first <see cref="Triplet.FrameScores"/> of <see cref="Answers"/>; null when there are none.</value>
    public IReadOnlyList<float>? FrameScores { get; init; } = Answers.Select(triplet => triplet.FrameScores).FirstOrDefault(scores => scores is not null);
}
