using System.Buffers;
using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace CoVR.Storage;

/// <summary>Rows in a memory map of a private scratch file that disappears with the process, however it ends.</summary>
/// <remarks>The map is closed once nothing refers to its memory.</remarks>
internal sealed unsafe class MappedRows : MemoryManager<float>
{
    private readonly MemoryMappedViewAccessor _view;
    private readonly int _length;

    private MappedRows(MemoryMappedViewAccessor view, int length) => (_view, _length) = (view, length);

    private float* Start => (float*)(_view.SafeMemoryMappedViewHandle.DangerousGetHandle() + (nint)_view.PointerOffset);

    /// <summary>Writes rows into a scratch file and maps it.</summary>
    /// <param name="folder">A folder for the scratch file.</param>
    /// <param name="rows">The rows.</param>
    public static ReadOnlyMemory<float> Write(string folder, IEnumerable<ReadOnlyMemory<float>> rows)
    {
        using var file = new FileStream(
            Path.Combine(folder, $"rows-{Path.GetRandomFileName()}.tmp"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, 1 << 20, FileOptions.DeleteOnClose);
        if (!OperatingSystem.IsWindows())
        {
            // The file stays open without a name, so a killed process leaves nothing behind.
            File.Delete(file.Name);
        }

        foreach (var row in rows)
        {
            file.Write(MemoryMarshal.AsBytes(row.Span));
        }

        file.Flush();
        if (file.Length == 0)
        {
            return default;
        }

        using var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: true);
        return new MappedRows(map.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read), checked((int)(file.Length / sizeof(float)))).Memory;
    }

    /// <inheritdoc/>
    public override Span<float> GetSpan() => new(Start, _length);

    /// <inheritdoc/>
    public override MemoryHandle Pin(int elementIndex = 0) => new(Start + elementIndex, pinnable: this);

    /// <inheritdoc/>
    public override void Unpin()
    {
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => _view.Dispose();
}
