namespace CoVR.Construction.Review;

/// <summary>The file of a review: each decision is appended and flushed before it counts. For one thread at a time.</summary>
internal sealed class ReviewJournal : IDisposable
{
    private readonly string _path;
    private readonly FileStream _file;
    private readonly FileStream _lock;

    private ReviewJournal(string path, FileStream file, FileStream @lock, ReviewLog log) => (_path, _file, _lock, Log) = (path, file, @lock, log);

    /// <summary>What was decided.</summary>
    public ReviewLog Log { get; }

    /// <summary>The journal that belongs to a work file.</summary>
    public static string PathOf(string workFile) => Path.ChangeExtension(Path.GetFullPath(workFile), ".review.jsonl");

    /// <summary>Opens or makes a journal; what a kill cut off is removed.</summary>
    /// <exception cref="ConstructionException">Another process has it open, or a line is damaged.</exception>
    public static ReviewJournal Open(string path)
    {
        List<FileStream> opened = [];
        try
        {
            // Not the journal itself: others read it meanwhile.
            opened.Add(new FileStream(Path.ChangeExtension(path, ".lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
            opened.Add(new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, bufferSize: 0));
            var file = opened[^1];
            var log = ReviewLog.Read(ReadAll(file), path, out var length);
            file.SetLength(length);
            file.Position = length;
            return new ReviewJournal(path, file, opened[0], log);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ConstructionException)
        {
            opened.ForEach(file => file.Dispose());
            throw error as ConstructionException ?? new ConstructionException($"Review journal '{path}'", $"it cannot be opened; another review may be running. ({error.Message})", error);
        }
    }

    /// <summary>The complete lines of a journal that a review may be writing; empty if there is none.</summary>
    /// <exception cref="ConstructionException">It cannot be read.</exception>
    public static byte[] ReadLines(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = ReadAll(file);
            return bytes[..(bytes.AsSpan().LastIndexOf((byte)'\n') + 1)];
        }
        catch (Exception error) when (error is FileNotFoundException or DirectoryNotFoundException)
        {
            return [];
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new ConstructionException($"Review journal '{path}'", $"it cannot be read ({error.Message}).", error);
        }
    }

    /// <summary>Appends an entry; it is on the disk when this returns, and not in the file when this throws.</summary>
    /// <exception cref="ConstructionException">It cannot be written.</exception>
    public void Append(ReviewEntry entry)
    {
        var start = _file.Position;
        try
        {
            _file.Write(ReviewLog.Write(entry));
            _file.Flush(flushToDisk: true);
        }
        catch (IOException error)
        {
            _file.SetLength(start);
            _file.Position = start;
            throw new ConstructionException($"Review journal '{_path}'", $"a decision cannot be written ({error.Message}); make room on the disk and decide again.", error);
        }

        Log.Add(entry);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _lock.Dispose();
    }

    private static byte[] ReadAll(FileStream file)
    {
        var bytes = new byte[file.Length];
        file.ReadExactly(bytes);
        return bytes;
    }
}
