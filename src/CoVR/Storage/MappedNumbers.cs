using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace CoVR.Storage;

/// <summary>Numbers in a memory map of a private scratch file that disappears with the process, however it ends.</summary>
/// <remarks>The map is closed once nothing refers to its memory.</remarks>
internal sealed unsafe class MappedNumbers<T> : MemoryManager<T>
    where T : unmanaged
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _length;

    private MappedNumbers(MemoryMappedViewAccessor view, int length) => (_view, _length) = (view, length);

    private T* Start => (T*)(_view.SafeMemoryMappedViewHandle.DangerousGetHandle() + (nint)_view.PointerOffset);

    /// <summary>Writes numbers into a scratch file and maps it.</summary>
    /// <param name="folder">A folder for the scratch file.</param>
    /// <param name="parts">The numbers, part by part.</param>
    public static ReadOnlyMemory<T> Write(string folder, IEnumerable<ReadOnlyMemory<T>> parts)
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
        if (file.Length == 0)
        {
            return default;
        }

        using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return new MappedNumbers<T>(map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), checked((int)(file.Length / sizeof(T)))).Memory;
    }

    /// <inheritdoc/>
    public override Span<T> GetSpan() => new(Start, _length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(Start + elementIndex, pinnable: this);

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _view.Dispose();
}
