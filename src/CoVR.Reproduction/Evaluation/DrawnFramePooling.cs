using System.Security.Cryptography;
using System.Text;
using CoVR.Data;
using CoVR.Modeling;
using CoVR.Reproduction.Embedding;
using CoVR.Retrieval;

namespace CoVR.Reproduction.Evaluation;

/// <summary>Pools a limited number of a candidate's frames, drawn without replacement and kept in order (<c>n_embs</c>). The draw depends only on the identity.</summary>
/// <param name="Most">How many.</param>
/// <param name="Inner">The pooling of the drawn frames; null for the pipeline's.</param>
internal sealed record DrawnFramePooling(int Most, ICandidatePooling? Inner) : ICandidatePooling
{
    public IReadOnlyList<string> Leaks => Inner?.Leaks ?? [];

    public string Describe(IFramePooling pipeline) => $"{Inner?.Describe(pipeline) ?? pipeline.ToString()}, at most {Most} frames";

    public ICandidatePooling ForQueries(QueryParts parts) => this with { Inner = Inner?.ForQueries(parts) };

    public EmbeddingSet Pool(GalleryCandidate candidate, EmbeddingSet frames, IFramePooling pipeline)
    {
        if (frames.Frames > Most)
        {
            var drawn = Draw(candidate.Id, frames.Frames);
            var scores = candidate.FrameScores?.Count == frames.Frames ? candidate.FrameScores : null;
            candidate = candidate with { FrameScores = scores is null ? null : [.. drawn.Select(frame => scores[frame])] };
            frames = frames.SelectFrames(drawn);
        }

        return Inner?.Pool(candidate, frames, pipeline) ?? pipeline.Pool(frames);
    }

    public IEnumerable<string> Deviations(IReadOnlyList<(GalleryCandidate Candidate, int Frames)> pooled)
    {
        var most = pooled.Max(item => item.Frames);
        var drawn = $"Candidates have up to {most} frames, of which {Most} were drawn, seeded by identity; the reference's test draws others each time.";
        return [.. Inner?.Deviations(pooled) ?? [], .. most > Most ? [drawn] : Array.Empty<string>()];
    }

    private int[] Draw(MediaId id, int frames)
    {
        var places = Enumerable.Range(0, frames).ToArray();
        new Random(BitConverter.ToInt32(SHA256.HashData(Encoding.UTF8.GetBytes(id.Value)))).Shuffle(places);
        return [.. places.Take(Most).Order()];
    }
}
