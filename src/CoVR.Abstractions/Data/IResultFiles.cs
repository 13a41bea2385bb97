using CoVR.Modeling;

namespace CoVR.Data;

/// <summary>A protocol whose benchmark has files: figures under the names of the Python reference, or answers for its server.</summary>
public interface IResultFiles
{
    /// <summary>Writes the files of one evaluation into memory.</summary>
    /// <param name="dataset">The queries and the gallery.</param>
    /// <param name="rankings">For each triplet its hits, best first, as the protocol asked for them.</param>
    /// <param name="parts">What the queries looked at; some benchmarks name their files after it.</param>
    /// <returns>The files; none when the benchmark has no name for such queries.</returns>
    /// <exception cref="ArgumentException">There is not one ranking a triplet.</exception>
    IReadOnlyList<ResultFile> Files(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, QueryParts parts = QueryParts.Both);
}

/// <summary>A file of results.</summary>
/// <param name="Name">Its name without a folder, for example <c>recalls_covr.json</c>.</param>
/// <param name="Content">Its text, to be written as UTF-8 without a byte order mark.</param>
public sealed record ResultFile(string Name, string Content);
