namespace CoVR.Media;

/// <summary>A file that is written under a temporary name and renamed when complete; deleted otherwise.</summary>
internal sealed class PendingFile : IDisposable
{
    private readonly string _path;

    /// <summary>Chooses a temporary name in the same folder, which is created when missing.</summary>
    internal PendingFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(_path) ?? throw new ArgumentException($"{path} is not a file name.", nameof(path));
        Directory.CreateDirectory(folder);
        TemporaryPath = Path.Combine(folder, $".{Path.GetFileNameWithoutExtension(_path)}.{Guid.NewGuid():N}{Path.GetExtension(_path)}");
    }

    /// <summary>The temporary file.</summary>
    internal string TemporaryPath { get; }

    /// <summary>Renames the file to its final name.</summary>
    internal void Commit() => File.Move(TemporaryPath, _path, overwrite: true);

    /// <inheritdoc/>
    public void Dispose() => File.Delete(TemporaryPath);
}
