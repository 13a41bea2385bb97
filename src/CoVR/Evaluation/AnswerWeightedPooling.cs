using CoVR.Data;
using CoVR.Modeling;
using CoVR.Retrieval;

namespace CoVR.Evaluation;

/// <summary>Weighs the frames of a candidate by the text of the query that it answers, as the WebVid-CoVR papers do: the gallery has seen the queries.</summary>
/// <remarks>
/// Weights are softmax(<see cref="GalleryCandidate.FrameScores"/> / 0.1); without one score for each frame all frames count the same.
/// Queries without a text are compared with the mean of the frames.
/// </remarks>
public sealed record AnswerWeightedPooling : ICandidatePooling
{
    /// <inheritdoc/>
    public IReadOnlyList<string> Leaks { get; } =
        ["The frames of each candidate were weighed by the text of the question that it answers: the gallery has seen the questions."];

    /// <inheritdoc/>
    public string Describe(IFramePooling pipeline) => "by the text of the answered query, temperature 0.1";

    /// <inheritdoc/>
    public ICandidatePooling ForQueries(QueryParts parts) => parts == QueryParts.Reference ? FixedPooling.Mean : this;

    /// <inheritdoc/>
    public EmbeddingSet Pool(GalleryCandidate candidate, EmbeddingSet frames, IFramePooling pipeline)
    {
        ArgumentNullException.ThrowIfNull(candidate);
        ArgumentNullException.ThrowIfNull(frames);
        return new ScoreWeightedFramePooling(candidate.FrameScores).Pool(frames);
    }

    /// <inheritdoc/>
    public IEnumerable<string> Deviations(IReadOnlyList<(GalleryCandidate Candidate, int Frames)> pooled)
    {
        ArgumentNullException.ThrowIfNull(pooled);
        var shared = pooled.Count(item => item.Candidate.Answers.Count > 1);
        if (shared > 0)
        {
            yield return $"{(shared == 1 ? "A target answers several queries and was" : $"{shared} targets answer several queries and were")} weighed by the text of the first; the reference holds such a target once for each query.";
        }

        var unweighted = pooled.Count(item => item.Frames > 1 && item.Candidate.FrameScores?.Count != item.Frames);
        if (unweighted > 0)
        {
            yield return $"{unweighted} candidates have no score for each of their frames: all their frames count the same.";
        }
    }

    /// <inheritdoc/>
    public bool Equals(AnswerWeightedPooling? other) => other is not null;

    /// <inheritdoc/>
    public override int GetHashCode() => 0;
}

/// <summary>A pooling that sees no query: a given one, or that of the pipeline.</summary>
internal sealed record FixedPooling(IFramePooling? Pooling) : ICandidatePooling
{
    public static FixedPooling OfThePipeline { get; } = new((IFramePooling?)null);

    public static FixedPooling Mean { get; } = new(new MeanFramePooling());

    public string Describe(IFramePooling pipeline) => (Pooling ?? pipeline).ToString() ?? "";

    public EmbeddingSet Pool(GalleryCandidate candidate, EmbeddingSet frames, IFramePooling pipeline) => (Pooling ?? pipeline).Pool(frames);
}
