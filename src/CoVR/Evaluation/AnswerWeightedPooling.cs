using CoVR.Data;
using CoVR.Modeling;
using CoVR.Retrieval;

namespace CoVR.Evaluation;

/// <summary>See <see cref="FramePoolings.ByAnsweredText"/>.</summary>
internal sealed record AnswerWeightedPooling : ICandidatePooling
{
    public IReadOnlyList<string> Leaks { get; } =
        ["Each candidate's frames were weighted by the text of the query that it answers: the gallery has seen the queries."];

    public string Describe(IFramePooling pipeline) => "by the text of the answered query, temperature 0.1";

    public ICandidatePooling ForQueries(QueryParts parts) => parts == QueryParts.Reference ? FixedPooling.Mean : this;

    public EmbeddingSet Pool(GalleryCandidate candidate, EmbeddingSet frames, IFramePooling pipeline) =>
        FramePoolings.ByScores(candidate.FrameScores).Pool(frames);

    public IEnumerable<string> Deviations(IReadOnlyList<(GalleryCandidate Candidate, int Frames)> pooled)
    {
        var shared = pooled.Count(item => item.Candidate.Answers.Count > 1);
        if (shared > 0)
        {
            yield return $"{(shared == 1 ? "A target answers several queries and was" : $"{shared} targets answer several queries and were")} weighted by the text of the first; the reference holds such a target once for each query.";
        }

        var unweighted = pooled.Count(item => item.Frames > 1 && item.Candidate.FrameScores?.Count != item.Frames);
        if (unweighted > 0)
        {
            yield return $"{unweighted} candidates have no scores for their frames: all their frames count equally.";
        }
    }

    public bool Equals(AnswerWeightedPooling? other) => other is not null;

    public override int GetHashCode() => 0;
}

/// <summary>A pooling that does not depend on queries: a given one, or the pipeline's.</summary>
internal sealed record FixedPooling(IFramePooling? Pooling) : ICandidatePooling
{
    public static FixedPooling OfThePipeline { get; } = new((IFramePooling?)null);

    public static FixedPooling Mean { get; } = new(FramePoolings.Mean);

    public string Describe(IFramePooling pipeline) => (Pooling ?? pipeline).ToString() ?? "";

    public EmbeddingSet Pool(GalleryCandidate candidate, EmbeddingSet frames, IFramePooling pipeline) => (Pooling ?? pipeline).Pool(frames);
}
