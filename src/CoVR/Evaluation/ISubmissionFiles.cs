using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>A protocol whose benchmark has a server, and that can check a file before it is sent there.</summary>
public interface ISubmissionFiles : IResultFiles
{
    /// <summary>Checks one of <see cref="IResultFiles.Files"/> after it was saved.</summary>
    /// <param name="path">The file, with the name that the protocol gave it.</param>
    /// <param name="dataset">The split that it answers.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Every fault, one sentence each, empty when it can be sent; null when the file is not meant for a server.</returns>
    ValueTask<IReadOnlyList<string>?> CheckAsync(string path, TripletDataset dataset, CancellationToken cancellationToken = default);
}
