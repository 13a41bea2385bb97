using System.Diagnostics;
using System.Runtime.InteropServices;

namespace CoVR.Benchmarks.FullSize;

/// <summary>What loading is compared with: reading the file from front to back through a small buffer, and copying it into fresh memory.</summary>
internal static unsafe class PlainRead
{
    private const int PieceBytes = 1 << 22;

    /// <summary>Reads the file once, so that it is in the page cache.</summary>
    public static (double Seconds, long Bytes) Touch(string path) => Read(path, null);

    /// <summary>Reads and copies.</summary>
    public static (double Seconds, long Bytes) Measure(string path)
    {
        var destination = (byte*)NativeMemory.Alloc((nuint)new FileInfo(path).Length);
        var result = Read(path, destination);
        NativeMemory.Free(destination);
        return result;
    }

    private static (double Seconds, long Bytes) Read(string path, byte* destination)
    {
        var buffer = GC.AllocateUninitializedArray<byte>(PieceBytes);
        var watch = Stopwatch.StartNew();
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var position = 0L;
        for (int count; (count = RandomAccess.Read(file, buffer, position)) > 0; position += count)
        {
            if (destination is not null)
            {
                buffer.AsSpan(0, count).CopyTo(new Span<byte>(destination + position, count));
            }
        }

        return (watch.Elapsed.TotalSeconds, position);
    }
}
