using CoVR.Modeling.Checkpoints.Files;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Replaces a file atomically: writes a temporary file beside it, flushes it to disk and renames it. Readers find the old file or the new one.</summary>
/// <remarks>Safe for use from several threads; the last of several writers wins.</remarks>
public static class AtomicFile
{
    /// <summary>Writes a file.</summary>
    /// <param name="path">The target; its folder is created if missing, and an existing file is replaced.</param>
    /// <param name="write">Writes the content. If it throws, the old file is kept and the temporary one removed.</param>
    /// <param name="check">Called with the path of the complete file before it is renamed; may throw likewise. May be null.</param>
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

    /// <summary>Deletes a file if it exists.</summary>
    /// <param name="path">The file.</param>
    public static void Delete(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        if (File.Exists(path))
        {
            FileSteps.Delete(path);
        }
    }

    /// <summary>Deletes temporary files left behind by killed processes.</summary>
    /// <param name="folder">The folder; no other process may be writing these files.</param>
    /// <param name="names">The names of the files, in which <c>*</c> stands for any letters.</param>
    public static void RemoveUnfinished(string folder, params IEnumerable<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        foreach (var name in names)
        {
            Array.ForEach(Directory.GetFiles(folder, name + ".*.tmp"), Delete);
        }
    }

    // Shortened if the file's own name is close to the limit of file systems.
    private static string PartialOf(string full)
    {
        const int Longest = 200;
        var (name, extension) = (Path.GetFileNameWithoutExtension(full), Path.GetExtension(full));
        var own = System.Text.Encoding.UTF8.GetByteCount(name) > Longest ? name[..(Longest / 4)] : name;
        return Path.Combine(Path.GetDirectoryName(full)!, $"{own}{extension}.{Path.GetRandomFileName()}.tmp");
    }
}
