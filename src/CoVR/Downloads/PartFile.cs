using System.Text.Json;

namespace CoVR.Downloads;

/// <summary>A file that is coming: its bytes in <c>….part</c>, and beside them the state, which is locked while somebody works on it.</summary>
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
    public string PartPath => PathOfPart(_target);

    /// <summary>Bytes so far.</summary>
    public long Length => Data.Length;

    /// <summary>What the bytes are a part of; null if that is not known.</summary>
    public PartState? State { get; private set; }

    private FileStream Data => _data ??= OpenData();

    /// <summary>The path of a file's part.</summary>
    public static string PathOfPart(string target) => target + ".part";

    /// <summary>The path of the state of a file's part.</summary>
    public static string PathOfState(string target) => target + ".part.json";

    /// <summary>Opens the part of a file for oneself alone; waits while another process or thread has it.</summary>
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

    /// <summary>Drops all bytes and notes what comes now.</summary>
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

    /// <summary>Goes to the end, to write there.</summary>
    public void SeekEnd() => Data.Seek(0, SeekOrigin.End);

    /// <summary>Appends bytes.</summary>
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => Data.WriteAsync(bytes, cancellationToken);

    /// <summary>Hands written bytes to the system, so that <see cref="Length"/> counts them.</summary>
    public Task FlushAsync() => Data.FlushAsync(CancellationToken.None);

    /// <summary>Reads the whole part from its start.</summary>
    public async Task<T> ReadAsync<T>(Func<Stream, Task<T>> read)
    {
        Data.Seek(0, SeekOrigin.Begin);
        return await read(Data).ConfigureAwait(false);
    }

    /// <summary>Brings the bytes safely to disk and closes them, so that anybody can read them at <see cref="PartPath"/>.</summary>
    /// <returns>How many there are.</returns>
    public async Task<long> SealAsync()
    {
        await FlushAsync().ConfigureAwait(false);
        Data.Flush(flushToDisk: true);
        var length = Length;
        await CloseDataAsync().ConfigureAwait(false);
        return length;
    }

    /// <summary>Gives sealed bytes their name.</summary>
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

    private FileStream OpenData() => new(PartPath, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read, MegaByte, useAsync: true);

    private static PartFile Create(string target)
    {
        var file = new FileStream(PathOfState(target), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
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
            return _lock.Length == 0 ? null : JsonSerializer.Deserialize<PartState>(_lock);
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

    // While the lock is held where the system allows it; a file that is gone or taken over by somebody else is none of ours.
    private void Remove()
    {
        try
        {
            File.Delete(PartPath);
            File.Delete(PathOfState(_target));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
        }
    }
}
