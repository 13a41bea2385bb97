using CoVR.Modeling;

namespace CoVR.Data;

/// <summary>Turns the stored frames of a candidate into one embedding, knowing which queries the candidate answers.</summary>
/// <remarks>Equal instances pool alike: the evaluator lets them share a gallery. Implementations are safe for use from several threads.</remarks>
public interface ICandidatePooling
{
    /// <summary>What the pooling knows that no gallery in use could know, one sentence each; reported for galleries with several frames.</summary>
    IReadOnlyList<string> Leaks => [];

    /// <summary>What the fingerprint states, in a few words.</summary>
    /// <param name="pipeline">The pipeline's pooling.</param>
    /// <returns>For example <c>mean of the frames</c>.</returns>
    string Describe(IFramePooling pipeline);

    /// <summary>The pooling for queries of some parts.</summary>
    /// <param name="parts">What the queries look at.</param>
    /// <returns>This one by default.</returns>
    ICandidatePooling ForQueries(QueryParts parts) => this;

    /// <summary>Pools.</summary>
    /// <param name="candidate">The candidate.</param>
    /// <param name="frames">[F, Q, D].</param>
    /// <param name="pipeline">The pipeline's pooling.</param>
    /// <returns>[1, Q, D]; not renormalised.</returns>
    EmbeddingSet Pool(GalleryCandidate candidate, EmbeddingSet frames, IFramePooling pipeline);

    /// <summary>What a reader of the figures must know about this gallery, one sentence each.</summary>
    /// <param name="pooled">Every candidate with its number of stored frames.</param>
    /// <returns>None by default.</returns>
    IEnumerable<string> Deviations(IReadOnlyList<(GalleryCandidate Candidate, int Frames)> pooled) => [];
}
