using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>Rankings of triplets with a subset: the hits up to the protocol's depth, then the rest of the ranked subset.</summary>
internal static class SubsetHits
{
    public static SearchOptions Search(Triplet triplet, IRetrievalProtocol protocol) => new()
    {
        Top = triplet.Subset is null ? protocol.Depth : int.MaxValue,
        Exclude = protocol.Exclusions(triplet),
    };

    public static IReadOnlyList<IReadOnlyList<SearchHit>> Keep(IReadOnlyList<IReadOnlyList<SearchHit>> rankings, IReadOnlyList<Triplet> triplets, int depth) =>
        [.. rankings.Select((hits, i) => triplets[i].Subset is { } subset ? Keep(hits, subset, depth) : hits)];

    private static SearchHit[] Keep(IReadOnlyList<SearchHit> hits, IReadOnlyList<MediaId> subset, int depth) =>
        [.. hits.Where((hit, place) => place < depth || subset.Contains(hit.Id))];
}
