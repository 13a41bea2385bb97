using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace CoVR.Downloads;

/// <summary>A file that is being downloaded: its bytes in <c>….part</c> and its state beside them, locked while in use.</summary>
internal sealed class PartFile : IAsyncDisposable
{
    private const int MegaByte = 1 << 20;
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(200);

    private readonly string _target;
    private readonly FileStream _lock;
    private FileStream? _data;
    private bool _isComplete;

    private PartFile(string target, FileStream stateAndLock)
    {
        (_target, _lock) = (target, stateAndLock);
        State = ReadState();
        _data = OpenData();
    }

    /// <summary>Where the bytes are.</summary>
    public string PartPath => _target + ".part";

    /// <summary>Bytes so far.</summary>
    public long Length => Data.Length;

    /// <summary>The version of the file that the bytes belong to; null if it is not known.</summary>
    public PartState? State { get; private set; }

    private FileStream Data => _data ??= OpenData();

    /// <summary>Opens the part of a file exclusively; waits while another process or thread has it.</summary>
    public static async Task<PartFile> OpenAsync(string target, TimeProvider time, Action waiting, CancellationToken cancellationToken)
    {
        for (var first = true; ; first = false)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                return Create(target);
            }
            catch (IOException busy) when (IsSharing(busy))
            {
                if (first)
                {
                    waiting();
                }

                await Task.Delay(Poll, time, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Removes what a process leaves that is killed right after the rename: a state without bytes. A part in use, or with bytes, is left alone.</summary>
    public static void RemoveLeftovers(string target)
    {
        try
        {
            using var state = File.Exists(target + ".part.json") && !File.Exists(target + ".part") ? new FileStream(target + ".part.json", FileMode.Open, FileAccess.ReadWrite, FileShare.Delete) : null;
            if (state is not null)
            {
                File.Delete(state.Name);
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }

    /// <summary>Drops all bytes and records the version that follows.</summary>
    public void Start(PartState state)
    {
        Drop();
        State = state;
        JsonSerializer.Serialize(_lock, state);
        _lock.Flush(flushToDisk: true);
    }

    /// <summary>Drops all bytes.</summary>
    public void Drop()
    {
        State = null;
        _lock.SetLength(0);
        Data.SetLength(0);
    }

    /// <summary>Seeks to the end for writing.</summary>
    public void SeekEnd() => Data.Seek(0, SeekOrigin.End);

    /// <summary>Appends bytes.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Data.WriteAsync(bytes, cancellationToken);

    /// <summary>Passes written bytes to the system, so that <see cref="Length"/> counts them.</summary>
    public Task FlushAsync() => Data.FlushAsync(CancellationToken.None);

    /// <summary>Reads the whole part from its start.</summary>
    public async Task<T> ReadAsync<T>(Func<Stream, Task<T>> read)
    {
        Data.Seek(0, SeekOrigin.Begin);
        return await read(Data).ConfigureAwait(false);
    }

    /// <summary>Flushes the bytes to disk and closes them, so that <see cref="PartPath"/> can be read.</summary>
    /// <returns>How many there are.</returns>
    public async Task<long> SealAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        Data.Flush(flushToDisk: true);
        var length = Length;
        await CloseDataAsync().ConfigureAwait(false);
        return length;
    }

    /// <summary>Renames the sealed part to its target.</summary>
    public void Complete()
    {
        File.Move(PartPath, _target, overwrite: true);
        (State, _isComplete) = (null, true);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await CloseDataAsync().ConfigureAwait(false);
        var isEmpty = _isComplete || new FileInfo(PartPath) is not { Exists: true, Length: > 0 };
        if (isEmpty)
        {
            Remove();
        }

        await _lock.DisposeAsync().ConfigureAwait(false);
        if (isEmpty && OperatingSystem.IsWindows())
        {
            Remove();
        }
    }

    /// <summary>The error for a file that cannot be written.</summary>
    public static DownloadException WriteError(Uri uri, string path, Exception error)
    {
        // ENOSPC and ERROR_DISK_FULL.
        const int noSpace = 28, diskFull = unchecked((int)0x80070070);
        return error.HResult is noSpace or diskFull
            ? new DownloadException(uri, DownloadFailure.NoSpace, $"the disk of {path} is full: free some space or choose another folder.", error)
            : new DownloadException(uri, DownloadFailure.NotWritable, $"{path} cannot be written: {error.Message}", error);
    }

    private FileStream OpenData() => new(PartPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, MegaByte, useAsync: true);

    private static PartFile Create(string target)
    {
        var file = new FileStream(target + ".part.json", FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        try
        {
            return new PartFile(target, file);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    // EAGAIN of Linux, of macOS, and ERROR_SHARING_VIOLATION.
    private static bool IsSharing(IOException error) => error.HResult is 11 or 35 or unchecked((int)0x80070020);

    private PartState? ReadState()
    {
        try
        {
            return _lock.Length > 0 && JsonSerializer.Deserialize<PartState>(_lock) is { Address: not null } state && (state.ETag is null || EntityTagHeaderValue.TryParse(state.ETag, out _)) ? state : null;
        }
        catch (JsonException)
        {
            return null;
        }
        finally
        {
            _lock.Seek(0, SeekOrigin.Begin);
        }
    }

    private async ValueTask CloseDataAsync()
    {
        if (_data is { } data)
        {
            await data.DisposeAsync().ConfigureAwait(false);
            _data = null;
        }
    }

    // While the lock is held, where the system allows it. A file that is gone or that another process has taken is left alone.
    private void Remove()
    {
        try
        {
            File.Delete(PartPath);
            File.Delete(_target + ".part.json");
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }
}

/// <summary>What must still be true of the server's file for a part of it to be continued; kept beside the part.</summary>
/// <param name="Address">Where the part came from.</param>
/// <param name="ETag">The server's strong tag of that version, if it gave one.</param>
/// <param name="LastModified">Its date, if it gave one.</param>
/// <param name="TotalBytes">Its length, if it gave one.</param>
internal sealed record PartState(string Address, string? ETag, DateTimeOffset? LastModified, long? TotalBytes)
{
    /// <summary>Whether the rest of exactly this version can be requested.</summary>
    [JsonIgnore]
    public bool CanBeChecked => ETag is not null || LastModified is not null;
}
