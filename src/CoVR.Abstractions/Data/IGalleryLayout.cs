namespace CoVR.Data;

/// <summary>Decides which candidates a gallery has, and in which order.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface IGalleryLayout
{
    /// <summary>What the fingerprint states, in a few words.</summary>
    string Name { get; }

    /// <summary>Lays the gallery out.</summary>
    /// <param name="dataset">What will be ranked.</param>
    /// <returns>Candidates with different <see cref="GalleryCandidate.Id"/>s; the order is that of equal scores where a <see cref="ITieBreaker"/> asks for it.</returns>
    IReadOnlyList<GalleryCandidate> Arrange(TripletDataset dataset);
}

/// <summary>One candidate of an evaluated gallery.</summary>
/// <remarks>
/// An item may be there several times, under identities of its own: for the queries that a candidate answers it counts as the item,
/// for all others as another one.
/// </remarks>
/// <param name="Id">Its identity in rankings, usually that of the item.</param>
/// <param name="Item">Whose embedding it has.</param>
/// <param name="Answers">The triplets that it is the target of, in the order of the data set.</param>
public sealed record GalleryCandidate(MediaId Id, MediaId Item, IReadOnlyList<Triplet> Answers)
{
    /// <summary>Similarity of each stored frame to the text of an answered query.</summary>
    /// <value>The first <see cref="Triplet.FrameScores"/> of <see cref="Answers"/>; null when there are none.</value>
    public IReadOnlyList<float>? FrameScores { get; init; } = Answers.Select(triplet => triplet.FrameScores).FirstOrDefault(scores => scores is not null);
}
