namespace CoVR.Construction.Work;

/// <summary>A file of lines for one writer, whom a lock file beside it keeps alone; others may read meanwhile. For one thread at a time.</summary>
internal sealed class JournalFile : IDisposable
{
    private readonly FileStream _lock;
    private readonly FileStream _file;

    private JournalFile(FileStream @lock, FileStream file) => (_lock, _file) = (@lock, file);

    /// <summary>Opens or makes a journal.</summary>
    /// <exception cref="ConstructionException">Another process has it open, or it cannot be written.</exception>
    public static JournalFile Open(string path)
    {
        FileStream? alone = null;
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
            alone = new FileStream(Path.ChangeExtension(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            return new JournalFile(alone, new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            alone?.Dispose();
            throw new ConstructionException($"Journal '{path}'", $"it cannot be opened; another review or construction may be using it; wait for that, or choose another work file. ({error.Message})", error);
        }
    }

    /// <summary>The content of a file from the present position on.</summary>
    public static byte[] ReadAll(FileStream file)
    {
        var bytes = new byte[file.Length - file.Position];
        file.ReadExactly(bytes);
        return bytes;
    }

    /// <summary>The content; to be called once, before anything is appended.</summary>
    public byte[] ReadAll() => ReadAll(_file);

    /// <summary>Cuts off what a kill left unfinished.</summary>
    public void Cut(long length)
    {
        _file.SetLength(length);
        _file.Position = length;
    }

    /// <summary>Appends a line; it is on the disk when this returns, and not in the file when this throws.</summary>
    /// <exception cref="ConstructionException">It cannot be written.</exception>
    public void Append(ReadOnlySpan<byte> line)
    {
        var start = _file.Position;
        try
        {
            _file.Write(line);
            _file.Flush(flushToDisk: true);
        }
        catch (IOException error)
        {
            Cut(start);
            throw new ConstructionException($"Journal '{_file.Name}'", $"an entry cannot be written ({error.Message}); make room on the disk and try again.", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }
}
