namespace CoVR.Media;

/// <summary>A file that is written beside its final place and renamed when it is whole; deleted when that does not happen.</summary>
internal sealed class PendingFile : IDisposable
{
    private readonly string _path;

    /// <summary>Chooses a name beside the final one and makes the folder.</summary>
    internal PendingFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        _path = Path.GetFullPath(path);
        var folder = Path.GetDirectoryName(_path) ?? throw new ArgumentException($"{path} is no file name.", nameof(path));
        Directory.CreateDirectory(folder);
        TemporaryPath = Path.Combine(folder, $".{Path.GetFileNameWithoutExtension(_path)}.{Guid.NewGuid():N}{Path.GetExtension(_path)}");
    }

    /// <summary>Where to write.</summary>
    internal string TemporaryPath { get; }

    /// <summary>Puts the file in its place.</summary>
    internal void Commit() => File.Move(TemporaryPath, _path, overwrite: true);

    /// <inheritdoc/>
    public void Dispose() => File.Delete(TemporaryPath);
}
