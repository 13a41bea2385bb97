using Microsoft.Win32.SafeHandles;

namespace CoVR.Storage;

/// <summary>Reads a file from front to back through one buffer.</summary>
internal sealed class SegmentWindow(SafeFileHandle file, int size = 4 << 20)
{
    private byte[] _bytes = [];
    private long _start;
    private int _count;

    /// <summary>Bytes of the file; valid until the next call.</summary>
    /// <exception cref="EndOfStreamException">The file is shorter.</exception>
    public ReadOnlySpan<byte> Read(long offset, int length)
    {
        if (offset < _start || offset + length > _start + _count)
        {
            Fill(offset, length);
        }

        return _bytes.AsSpan((int)(offset - _start), length);
    }

    private void Fill(long offset, int length)
    {
        if (_bytes.Length < length || _bytes.Length == 0)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(Math.Max(size, length));
        }

        (_start, _count) = (offset, 0);
        while (_count < length)
        {
            var read = RandomAccess.Read(file, _bytes.AsSpan(_count), offset + _count);
            _count += read > 0 ? read : throw new EndOfStreamException($"The file ends at byte {offset + _count}, {length - _count} bytes too early.");
        }
    }
}
