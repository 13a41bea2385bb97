namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>Writes a file beside its place and moves it there when it is complete: a reader sees the old file or the new one.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">Where it shall be; an existing file is replaced.</param>
    /// <param name="write">Writes the content. If it throws, the old file stays and the partial one is removed.</param>
    public static void Write(string path, Action<FileStream> write)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var partial = $"{full}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = new FileStream(partial, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16))
            {
                write(stream);
                stream.Flush(flushToDisk: true);
            }

            File.Move(partial, full, overwrite: true);
        }
        catch
        {
            File.Delete(partial);
            throw;
        }
    }
}
