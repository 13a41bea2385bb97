namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>Writes a file beside its place and moves it there when it is complete: a reader sees the old file or the new one.</summary>
internal static class AtomicFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">Where it shall be; an existing file is replaced.</param>
    /// <param name="write">Writes the content. If it throws, the old file stays and the partial one is removed.</param>
    /// <param name="check">Given the path of the complete content before it takes its place; if it throws, likewise. May be null.</param>
    public static void Write(string path, Action<FileStream> write, Action<string>? check = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var partial = $"{full}.{Path.GetRandomFileName()}.tmp";
        try
        {
            using (var stream = FileSteps.Create(partial))
            {
                write(stream);
                FileSteps.Flush(stream);
            }

            check?.Invoke(partial);
            FileSteps.Rename(partial, full);
        }
        catch
        {
            FileSteps.Delete(partial);
            throw;
        }
    }
}
