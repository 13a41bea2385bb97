namespace CoVR;

/// <summary>Scores the best hits of a search again, each with the query, more carefully and at a higher price.</summary>
/// <remarks>Implementations are safe for use from several threads.</remarks>
public interface IReranker
{
    /// <summary>The name used in reports.</summary>
    string Name { get; }

    /// <summary>What makes the scores: the kind, and a hash of weights or prompt. Scores of one fingerprint can be kept and compared.</summary>
    string Fingerprint { get; }

    /// <summary>The difference between the first two scores of the first pass from which on reranking gains nothing, as measured on validation data; a pipeline may set its own.</summary>
    /// <value>Null by default: every answer is reranked.</value>
    float? ConfidentMargin => null;

    /// <summary>Scores candidates.</summary>
    /// <param name="query">The query, with its earlier turns.</param>
    /// <param name="candidates">N hits of the first pass, best first, each with its picture or video; null media where the gallery has none.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// N scores, finite, higher is better; the same for the same query and candidate whatever stands beside it. A candidate that cannot be read has a fault instead, which
    /// never ends the query. Empty if the reranker does not judge queries of this kind.
    /// </returns>
    /// <exception cref="MediaReadException">A picture or video of the query cannot be read.</exception>
    ValueTask<IReadOnlyList<(float Score, CoVRException? Fault)>> ScoreAsync(
        ComposedQuery query, IReadOnlyList<(SearchHit Hit, MediaSource? Media)> candidates, CancellationToken cancellationToken = default);
}
