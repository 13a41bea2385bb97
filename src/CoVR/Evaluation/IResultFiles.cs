using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>A protocol whose benchmark has files: figures under the names of the Python reference, or answers for its server.</summary>
public interface IResultFiles
{
    /// <summary>Writes the files of one evaluation into memory; <see cref="ResultFileSet"/> saves them.</summary>
    /// <param name="dataset">The queries and the gallery.</param>
    /// <param name="rankings">For each triplet its hits, best first, as the protocol asked for them.</param>
    /// <param name="query">What the queries were made of, which file names state; null for <see cref="QueryKind.Composed"/>.</param>
    /// <returns>The files; none when a hidden split has nothing to state.</returns>
    /// <exception cref="ArgumentException">There is not one ranking a triplet.</exception>
    IReadOnlyList<ResultFile> Files(TripletDataset dataset, IReadOnlyList<IReadOnlyList<SearchHit>> rankings, QueryKind? query = null);
}
