using CoVR.Construction.Work;

namespace CoVR.Construction.Review;

/// <summary>The file of a review: each decision is appended and flushed before it counts. For one thread at a time.</summary>
internal sealed class ReviewJournal : IDisposable
{
    private readonly JournalFile _file;

    private ReviewJournal(JournalFile file, ReviewLog log) => (_file, Log) = (file, log);

    /// <summary>What was decided.</summary>
    public ReviewLog Log { get; }

    /// <summary>The journal that belongs to a work file.</summary>
    public static string PathOf(string workFile) => Path.ChangeExtension(Path.GetFullPath(workFile), ".review.jsonl");

    /// <summary>Opens or makes a journal; what a kill cut off is removed.</summary>
    /// <exception cref="ConstructionException">Another process has it open, or a line is damaged.</exception>
    public static ReviewJournal Open(string path)
    {
        var file = JournalFile.Open(path);
        try
        {
            var log = ReviewLog.Read(file.ReadAll(), path, out var length);
            file.Cut(length);
            return new ReviewJournal(file, log);
        }
        catch (ConstructionException)
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The complete lines of a journal that a review may be writing; empty if there is none.</summary>
    /// <exception cref="ConstructionException">It cannot be read.</exception>
    public static byte[] ReadLines(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            var bytes = JournalFile.ReadAll(file);
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
        _file.Append(ReviewLog.Write(entry));
        Log.Add(entry);
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();
}
