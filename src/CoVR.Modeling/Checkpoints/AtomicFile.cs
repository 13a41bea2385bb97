using CoVR.Modeling.Checkpoints.Files;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Writes a file beside its place, forces it to the disk and moves it there: whatever happens, a reader finds the old file or the new one.</summary>
/// <remarks>Safe for use from several threads; of several writers of one file the last wins.</remarks>
public static class AtomicFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">Where it shall be, in a folder that is created when it is missing; an existing file is replaced.</param>
    /// <param name="write">Writes the content. If it throws, the old file stays and the partial one is removed.</param>
    /// <param name="check">Given the path of the complete content before it takes its place; if it throws, likewise. May be null.</param>
    /// <exception cref="IOException">The disk is full or fails; the old file is still there.</exception>
    public static void Write(string path, Action<FileStream> write, Action<string>? check = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(write);
        var full = Path.GetFullPath(path);
        Directory.CreateDirectory(Path.GetDirectoryName(full)!);
        var partial = PartialOf(full);
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

    /// <summary>Removes a file, if it is there.</summary>
    /// <param name="path">The file.</param>
    public static void Delete(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path))
        {
            FileSteps.Delete(path);
        }
    }

    /// <summary>Removes what processes that were killed while they wrote left beside the place of files.</summary>
    /// <param name="folder">The folder; nobody else writes these files now.</param>
    /// <param name="names">The names of the files, in which <c>*</c> stands for any letters.</param>
    public static void RemoveUnfinished(string folder, params IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (var name in names)
        {
            Array.ForEach(Directory.GetFiles(folder, name + ".*.tmp"), Delete);
        }
    }

    // Shorter than the file's own name where that is nearly as long as file systems allow.
    private static string PartialOf(string full)
    {
        const int Longest = 200;
        var (name, extension) = (Path.GetFileNameWithoutExtension(full), Path.GetExtension(full));
        var own = System.Text.Encoding.UTF8.GetByteCount(name) > Longest ? name[..(Longest / 4)] : name;
        return Path.Combine(Path.GetDirectoryName(full)!, $"{own}{extension}.{Path.GetRandomFileName()}.tmp");
    }
}
