namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>Test hook for disk failures and killed processes: every step on the files of checkpoints and run states passes here.</summary>
internal static class FileSteps
{
    private static readonly AsyncLocal<Action<string, string>?> Watch = new();

    /// <summary>Called before every step of this flow of execution with its name (Create, Write, Flush, Rename, Delete) and the file; may throw what a disk would. Null outside of tests.</summary>
    internal static Action<string, string>? Watcher
    {
        get => Watch.Value;
        set => Watch.Value = value;
    }

    internal static FileStream Create(string path)
    {
        Watcher?.Invoke("Create", path);
        return Watcher is { } watcher
            ? new WatchedStream(path, watcher)
            : new FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, 1 << 16);
    }

    internal static void Flush(FileStream stream)
    {
        Watcher?.Invoke("Flush", stream.Name);
        stream.Flush(flushToDisk: true);
    }

    internal static void Rename(string from, string to)
    {
        Watcher?.Invoke("Rename", to);
        File.Move(from, to, overwrite: true);
    }

    internal static void Delete(string path)
    {
        Watcher?.Invoke("Delete", path);
        File.Delete(path);
    }

    /// <summary>Leaves half of the bytes behind when a write fails, as a full disk does.</summary>
    private sealed class WatchedStream(string path, Action<string, string> watcher)
        : FileStream(path, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None, bufferSize: 0)
    {
        // Spans come here too: the base class passes them on to derived classes as arrays.
        public override void Write(byte[] buffer, int offset, int count)
        {
            try
            {
                watcher("Write", Name);
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
