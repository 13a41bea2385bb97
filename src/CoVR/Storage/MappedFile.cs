using System.Buffers;
using System.IO.MemoryMappedFiles;

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
