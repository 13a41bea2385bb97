using System.Text;
using CoVR.Data;

namespace CoVR.Evaluation;

/// <summary>Saves result files.</summary>
public static class ResultFileSet
{
    /// <summary>Saves files into a folder, each whole or not at all; files of the same names are replaced.</summary>
    /// <param name="files">The files.</param>
    /// <param name="folder">The folder; made if it is not there.</param>
    /// <param name="cancellationToken">Ends the work between two files.</param>
    /// <returns>The paths, in the order of the files.</returns>
    public static async Task<IReadOnlyList<string>> SaveAsync(IEnumerable<ResultFile> files, string folder, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(files);
        ArgumentException.ThrowIfNullOrEmpty(folder);
        Directory.CreateDirectory(folder);
        List<string> paths = [];
        foreach (var file in files)
        {
            var path = Path.Combine(folder, file.Name);
            var unfinished = path + ".tmp";
            await File.WriteAllTextAsync(unfinished, file.Content, new UTF8Encoding(false), cancellationToken).ConfigureAwait(false);
            File.Move(unfinished, path, overwrite: true);
            paths.Add(path);
        }

        return paths;
    }
}
