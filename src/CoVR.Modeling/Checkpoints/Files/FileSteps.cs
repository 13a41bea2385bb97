namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>What is done to a file on the way to its place.</summary>
internal enum FileStep
{
    /// <summary>The partial file is created.</summary>
    Create,

    /// <summary>Bytes are handed to the system.</summary>
    Write,

    /// <summary>The content is forced to the disk.</summary>
    Flush,

    /// <summary>The complete file takes its place.</summary>
    Rename,

    /// <summary>A file is removed.</summary>
    Delete,
}

/// <summary>The seam at which tests let a disk fail or a process die: every step on the files of checkpoints and run states passes here.</summary>
internal static class FileSteps
{
    private static readonly AsyncLocal<Action<FileStep, string>?> Watch = new();

    /// <summary>Told before every step of this flow of execution; may throw what a disk would. Null outside of tests.</summary>
    internal static Action<FileStep, string>? Watcher
    {
        get => Watch.Value;
        set => Watch.Value = value;
    }

    internal static FileStream Create(string path)
    {
        Watcher?.Invoke(FileStep.Create, path);
        return Watcher is { } watcher
            ? new WatchedStream(path, watcher)
            : new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
    }

    internal static void Flush(FileStream stream)
    {
        Watcher?.Invoke(FileStep.Flush, stream.Name);
        stream.Flush(flushToDisk: true);
    }

    internal static void Rename(string from, string to)
    {
        Watcher?.Invoke(FileStep.Rename, to);
        File.Move(from, to, overwrite: true);
    }

    internal static void Delete(string path)
    {
        Watcher?.Invoke(FileStep.Delete, path);
        File.Delete(path);
    }

    /// <summary>Leaves half of the bytes behind when a write fails, as a full disk does.</summary>
    private sealed class WatchedStream(string path, Action<FileStep, string> watcher)
        : FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0)
    {
        // Spans come here too: the base class passes them on to derived classes as arrays.
        public override void Write(byte[] buffer, int offset, int count)
        {
            try
            {
                watcher(FileStep.Write, Name);
            }
            catch
            {
                base.Write(buffer, offset, count / 2);
                throw;
            }

            base.Write(buffer, offset, count);
        }
    }
}
