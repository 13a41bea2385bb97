namespace CoVR.TestSupport;

/// <summary>An empty folder that is deleted when disposed.</summary>
public sealed class TemporaryFolder : IDisposable
{
    /// <summary>The folder's path.</summary>
    public string FullName { get; } = Directory.CreateTempSubdirectory("covr-test-").FullName;

    /// <summary>The path of a file or folder inside.</summary>
    public string this[params string[] parts] => Path.Combine([FullName, .. parts]);

    /// <inheritdoc/>
    public void Dispose() => Directory.Delete(FullName, recursive: true);
}
