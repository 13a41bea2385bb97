using CoVR.Data;
using CoVR.Modeling;

namespace CoVR.Evaluation;

/// <summary>The outcome of one kind of query.</summary>
/// <param name="Parts">What the queries looked at.</param>
/// <param name="Report">The figures and what else defines the run.</param>
/// <param name="Rankings">For each triplet of the data set its hits, best first.</param>
public sealed record EvaluationResult(QueryParts Parts, RetrievalReport Report, IReadOnlyList<IReadOnlyList<SearchHit>> Rankings);
