using CoVR.Data;
using CoVR.Embedding;

namespace CoVR.Evaluation;

/// <summary>Consecutive queries with their references' pixels; without pixels if no kind of query uses them.</summary>
/// <param name="triplets">The queries that can be asked.</param>
/// <param name="references">One for each query, or none.</param>
/// <param name="unreadable">References that could not be read; their queries are left out.</param>
internal sealed class QueryBatch(IReadOnlyList<Triplet> triplets, IReadOnlyList<PreparedMedia> references, IReadOnlyList<MediaId> unreadable) : IDisposable
{
    public IReadOnlyList<Triplet> Triplets { get; } = triplets;

    public IReadOnlyList<PreparedMedia> References { get; } = references;

    public IReadOnlyList<MediaId> Unreadable { get; } = unreadable;

    public void Dispose()
    {
        foreach (var reference in References.Distinct())
        {
            reference.Dispose();
        }
    }
}
