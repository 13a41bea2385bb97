namespace CoVR.Media;

/// <summary>A copy of a stream in a file that ffmpeg can read; deleted when disposed.</summary>
internal sealed class TemporaryMedia : IDisposable
{
    /// <summary>Where the copy lies once it is written.</summary>
    internal string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"covr-{Guid.NewGuid():N}.media");

    /// <summary>Writes bytes, then the rest of a stream.</summary>
    internal async Task WriteAsync(ReadOnlyMemory<byte> start, Stream rest, CancellationToken cancellationToken)
    {
        using var file = new FileStream(Path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await file.WriteAsync(start, cancellationToken).ConfigureAwait(false);
        await rest.CopyToAsync(file, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public void Dispose() => File.Delete(Path);
}
