using System.Runtime.InteropServices;

namespace CoVR.Storage;

/// <summary>Numbers in a memory map of a private scratch file that disappears with the process, however it ends.</summary>
internal static unsafe class MappedNumbers
{
    /// <summary>Writes numbers into a scratch file and maps it.</summary>
    /// <param name="folder">A folder for the scratch file.</param>
    /// <param name="parts">The numbers, part by part.</param>
    public static ReadOnlyMemory<T> Write<T>(string folder, IEnumerable<ReadOnlyMemory<T>> parts)
        where T : unmanaged
    {
        using var file = new FileStream(
            Path.Combine(folder, $"rows-{Path.GetRandomFileName()}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 1 << 20, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            // The file stays open without a name, so a killed process leaves nothing behind.
            File.Delete(file.Name);
        }

        foreach (var part in parts)
        {
            file.Write(MemoryMarshal.AsBytes(part.Span));
        }

        file.Flush();
        return file.Length == 0 ? default : new MappedFile(file).Memory<T>(0, checked((int)(file.Length / sizeof(T))));
    }
}
