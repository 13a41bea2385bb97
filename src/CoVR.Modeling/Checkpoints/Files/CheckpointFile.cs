using Microsoft.Win32.SafeHandles;

namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>An open weights file: positioned reads that never run past its end, and errors that name it.</summary>
internal sealed class CheckpointFile : IDisposable
{
    private const int LongestReason = 2_000;
    private readonly SafeFileHandle _handle;

    private CheckpointFile(string path, SafeFileHandle handle) => (Path, _handle, Length) = (path, handle, RandomAccess.GetLength(handle));

    /// <summary>The path, as it was given.</summary>
    public string Path { get; }

    /// <summary>Bytes of the file when it was opened.</summary>
    public long Length { get; }

    /// <summary>Opens a file.</summary>
    public static CheckpointFile Open(string path)
    {
        try
        {
            return new CheckpointFile(path, File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.Read, FileOptions.RandomAccess));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or NotSupportedException)
        {
            throw new CheckpointException(path, error is FileNotFoundException or DirectoryNotFoundException ? "there is no such file" : $"the file cannot be opened: {error.Message}", error);
        }
    }

    /// <summary>Fills a buffer from a position.</summary>
    public void Read(Span<byte> buffer, long offset)
    {
        if (offset < 0 || offset > Length - buffer.Length)
        {
            throw Truncated(offset, buffer.Length);
        }

        try
        {
            while (!buffer.IsEmpty)
            {
                var count = RandomAccess.Read(_handle, buffer, offset);
                if (count == 0)
                {
                    throw Truncated(offset, buffer.Length);
                }

                buffer = buffer[count..];
                offset += count;
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ObjectDisposedException)
        {
            throw new CheckpointException(Path, $"the file cannot be read at byte {offset}: {error.Message}", error);
        }
    }

    /// <summary>Reads some bytes into a new array; the caller has checked that the number is sensible.</summary>
    public byte[] Read(long offset, int count)
    {
        if (count < 0 || offset < 0 || offset > Length - count)
        {
            throw Truncated(offset, count);
        }

        var bytes = new byte[count];
        Read(bytes, offset);
        return bytes;
    }

    /// <summary>Makes an error about this file.</summary>
    public CheckpointException Error(string reason) => new(Path, Shorten(reason));

    /// <summary>Makes an error about a position.</summary>
    public CheckpointException Error(string reason, long position) => new(Path, $"{Shorten(reason)} (at byte {position})");

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    // Names in a file may be as long as the file.
    private static string Shorten(string reason) => reason.Length <= LongestReason ? reason : reason[..LongestReason] + "…";

    private CheckpointException Truncated(long offset, long count) =>
        Error($"the file is truncated or damaged: {count} bytes are expected but it has {Math.Max(0, Length - offset)}", offset);
}
