using System.Globalization;

namespace CoVR.Storage;

/// <summary>The names of one segment's files in a store's folder; the unnamed segment is the whole of most stores.</summary>
/// <param name="Folder">The store.</param>
/// <param name="Name">Letters, digits, dots, dashes and underscores; empty for the unnamed segment.</param>
internal sealed record SegmentFiles(string Folder, string Name)
{
    private const string Stem = "embeddings";
    private const string Extension = ".bin";
    private const string PartExtension = ".part";

    public string SegmentPath => Path.Combine(Folder, $"{Stem}{Suffix}{Extension}");

    public string LockPath => Path.Combine(Folder, $"writer{Suffix}.lock");

    public string FailuresPath => Path.Combine(Folder, $"failures{Suffix}.jsonl");

    /// <summary>The file of a part.</summary>
    /// <param name="form">The name of what its rows are.</param>
    /// <param name="start">The first byte of the segment that it covers.</param>
    /// <param name="end">The end of these bytes.</param>
    public string PartPath(string form, long start, long end) => Path.Combine(Folder, $"{Stem}{Suffix}.{form}.{start:x}-{end:x}{PartExtension}");

    /// <summary>The files of parts, whether they belong to the segment as it is or to an earlier one.</summary>
    /// <param name="form">The name of what their rows are.</param>
    public IReadOnlyList<(string Path, long Start, long End)> Parts(string form) =>
        [.. PartFiles().Where(file => file.Form == form && file.IsFinished).Select(file => (file.Path, file.Start, file.End))];

    /// <summary>Deletes what killed processes left of parts, or all parts of a segment that is replaced.</summary>
    public void DeleteParts(bool unfinished) => PartFiles().Where(file => !(unfinished && file.IsFinished)).ToList().ForEach(file => File.Delete(file.Path));

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
            : throw new ArgumentException($"'{name}' is not a valid segment name: use letters, digits, '.', '-' and '_'.", nameof(name));
    }

    private IEnumerable<(string Path, string Form, long Start, long End, bool IsFinished)> PartFiles()
    {
        foreach (var path in Directory.EnumerateFiles(Folder, $"{Stem}{Suffix}.*{PartExtension}*"))
        {
            // Form, range and extension, perhaps with that of an unfinished file.
            if (Path.GetFileName(path)[(Stem.Length + Suffix.Length + 1)..].Split('.') is [var form, var range, "part", .. var rest]
                && range.Split('-') is [var start, var end]
                && long.TryParse(start, NumberStyles.HexNumber, null, out var first) && long.TryParse(end, NumberStyles.HexNumber, null, out var last))
            {
                yield return (path, form, first, last, rest.Length == 0);
            }
        }
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
                Folder, $"another writer has {what} open. One process at a time may embed into a segment; give each worker its own shard.", error);
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
