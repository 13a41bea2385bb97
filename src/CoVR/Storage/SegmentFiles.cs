namespace CoVR.Storage;

/// <summary>The names of one segment's files in a store's folder; the unnamed segment is the whole of most stores.</summary>
/// <param name="Folder">The store.</param>
/// <param name="Name">Letters, digits, dots, dashes and underscores; empty for the unnamed segment.</param>
internal sealed record SegmentFiles(string Folder, string Name)
{
    private const string Stem = "embeddings";
    private const string Extension = ".bin";

    public string SegmentPath => Path.Combine(Folder, $"{Stem}{Suffix}{Extension}");

    public string LockPath => Path.Combine(Folder, $"writer{Suffix}.lock");

    public string FailuresPath => Path.Combine(Folder, $"failures{Suffix}.jsonl");

    private string Suffix => Name.Length == 0 ? "" : "-" + Name;

    /// <summary>Every existing segment of a folder, the unnamed one first, then by name.</summary>
    public static IReadOnlyList<SegmentFiles> In(string folder) => !Directory.Exists(folder)
        ? []
        : [.. Directory.EnumerateFiles(folder, $"{Stem}*{Extension}")
            .Select(Path.GetFileNameWithoutExtension)
            .Where(name => name == Stem || name!.StartsWith(Stem + "-", StringComparison.Ordinal))
            .Select(name => name!.Length == Stem.Length ? "" : name[(Stem.Length + 1)..])
            .Order(StringComparer.Ordinal)
            .Select(name => new SegmentFiles(folder, name))];

    /// <summary>Checks a name given by a caller.</summary>
    /// <exception cref="ArgumentException">It has other characters.</exception>
    public static string RequireName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.All(letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' or '.')
            ? name
            : throw new ArgumentException($"'{name}' is no name of a segment: letters, digits, '.', '-' and '_' are allowed.", nameof(name));
    }

    /// <summary>Locks this segment for writing until the result is disposed.</summary>
    /// <exception cref="GalleryException">Another writer holds it, or the folder is not writable.</exception>
    public FileStream TakeLock()
    {
        try
        {
            return new FileStream(LockPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (error is UnauthorizedAccessException || (error is IOException && !IsHeld(error)))
        {
            throw new GalleryException(Folder, $"it cannot be written: {error.Message}", error);
        }
        catch (IOException error)
        {
            var what = Name.Length == 0 ? "it" : $"its segment '{Name}'";
            throw new GalleryException(
                Folder, $"another writer has {what} open. One process at a time may embed into a segment; give each worker a shard of its own.", error);
        }
    }

    // Windows: ERROR_SHARING_VIOLATION; elsewhere EWOULDBLOCK of Linux and of macOS.
    private static bool IsHeld(Exception error) => (error.HResult & 0xFFFF) is 0x20 or 11 or 35;
}

/// <summary>The failures of a version 1 folder, JSON lines in separate files; the next write turns them into records.</summary>
internal static class OldFailures
{
    /// <summary>The last failure of each item.</summary>
    public static IReadOnlyList<EmbeddingFailure> Read(string folder) => [.. EmbeddingFailure.FromJsonLines(Files(folder).SelectMany(File.ReadLines)).Values];

    /// <summary>Deletes the files once their lines are records.</summary>
    public static void Delete(string folder) => Array.ForEach(Files(folder), File.Delete);

    private static string[] Files(string folder) => Directory.Exists(folder) ? Directory.GetFiles(folder, "failures*.jsonl") : [];
}
