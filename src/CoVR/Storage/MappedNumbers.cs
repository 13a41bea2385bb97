using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace CoVR.Storage;

/// <summary>A memory map of a file, for reading.</summary>
/// <remarks>The map is closed once nothing refers to it or to its memory.</remarks>
internal sealed unsafe class MappedFile
{
    private readonly MemoryMappedViewAccessor _view;

    /// <summary>Maps a file, which must not be empty; the stream may be closed afterwards.</summary>
    public MappedFile(FileStream file)
    {
        using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        _view = map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
    }

    private byte* Start => (byte*)_view.SafeMemoryMappedViewHandle.DangerousGetHandle() + _view.PointerOffset;

    /// <summary>Numbers of the file; valid while the map is referred to.</summary>
    public ReadOnlySpan<T> Span<T>(long offset, int count)
        where T : unmanaged => new(Start + offset, count);

    /// <summary>Numbers of the file.</summary>
    public ReadOnlyMemory<T> Memory<T>(long offset, int count)
        where T : unmanaged => new Numbers<T>(this, offset, count).Memory;

    private sealed class Numbers<T>(MappedFile file, long offset, int count) : MemoryManager<T>
        where T : unmanaged
    {
        private T* First => (T*)(file.Start + offset);

        public override Span<T> GetSpan() => new(First, count);

        public override MemoryHandle Pin(int elementIndex = 0) => new(First + elementIndex, pinnable: this);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}

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
