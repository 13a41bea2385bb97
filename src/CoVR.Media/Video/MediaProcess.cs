using System.ComponentModel;
using System.Diagnostics;
using System.Text;

namespace CoVR.Media.Video;

/// <summary>One run of ffmpeg or ffprobe. Disposing kills the process and its children if they still run.</summary>
internal sealed class MediaProcess : IAsyncDisposable
{
    private const int FileNotFound = 2;
    private const int LongestErrorText = 4000;
    private static readonly TimeSpan PipeGrace = TimeSpan.FromSeconds(5);

    private readonly Process _process;
    private readonly Task<string> _errors;

    private MediaProcess(Process process, Func<string, string?> listen)
    {
        _process = process;
        _errors = CollectAsync(process.StandardError, listen);
    }

    /// <summary>The standard output of the process.</summary>
    internal Stream Output => _process.StandardOutput.BaseStream;

    /// <summary>The standard input of the process.</summary>
    internal Stream Input => _process.StandardInput.BaseStream;

    /// <summary>Starts a program, runs the given work with it, and leaves no process behind in any case.</summary>
    /// <param name="program">Name or file.</param>
    /// <param name="arguments">Its arguments, not quoted.</param>
    /// <param name="media">The name for error messages.</param>
    /// <param name="limit">Ends the process and the work.</param>
    /// <param name="work">Reads, writes and finishes.</param>
    /// <param name="listen">Gets each line of the error stream and returns what is kept of it; null to keep all.</param>
    internal static async Task<T> RunAsync<T>(
        string program, IEnumerable<string> arguments, string media, TimeLimit limit, Func<MediaProcess, CancellationToken, Task<T>> work, Func<string, string?>? listen = null)
    {
        limit.ThrowIfOver(media);
        var process = Start(program, arguments, media, listen ?? (line => line));
        await using (process.ConfigureAwait(false))
        {
            var kill = limit.Token.Register(process.Kill);
            await using (kill.ConfigureAwait(false))
            {
                try
                {
                    var result = await work(process, limit.Token).ConfigureAwait(false);
                    limit.ThrowIfOver(media);
                    return result;
                }
                catch (Exception cause) when (cause is OperationCanceledException or IOException or TimeoutException)
                {
                    limit.ThrowIfOver(media);
                    throw new MediaReadException(media, MediaFailure.DecoderFailed, $"cannot communicate with {program}: {cause.Message}", cause);
                }
            }
        }
    }

    /// <summary>Starts a program.</summary>
    /// <param name="program">Name or file.</param>
    /// <param name="arguments">Its arguments, not quoted.</param>
    /// <param name="media">The name for error messages.</param>
    /// <param name="listen">Filters its error stream.</param>
    private static MediaProcess Start(string program, IEnumerable<string> arguments, string media, Func<string, string?> listen)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardErrorEncoding = Encoding.UTF8,
            UseShellExecute = false,
            CreateNoWindow = true,
        };
        try
        {
            return new MediaProcess(Process.Start(start)!, listen);
        }
        catch (Win32Exception cause)
        {
            throw new MediaReadException(media, MediaFailure.DecoderMissing, MissingText(program, cause), cause);
        }
    }

    private void Kill()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
        }
        catch (Exception cause) when (cause is InvalidOperationException or Win32Exception or AggregateException)
        {
            // It has exited already.
        }
    }

    /// <summary>Waits for the end.</summary>
    /// <returns>The exit code (128 + signal when killed) and the end of what was written to the error stream.</returns>
    internal async Task<(int Code, string Errors)> FinishAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        var errors = await _errors.WaitAsync(PipeGrace, cancellationToken).ConfigureAwait(false);
        return (_process.ExitCode, errors);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            Kill();
            await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }

        _process.Dispose();
    }

    private static async Task<string> CollectAsync(StreamReader reader, Func<string, string?> listen)
    {
        var text = new StringBuilder();
        try
        {
            while (await reader.ReadLineAsync().ConfigureAwait(false) is { } line)
            {
                if (listen(line) is { } kept)
                {
                    text.Append(kept).Append('\n');
                    text.Remove(0, Math.Max(0, text.Length - LongestErrorText));
                }
            }
        }
        catch (Exception cause) when (cause is IOException or ObjectDisposedException)
        {
            // The process has exited; use the messages received so far.
        }

        return text.ToString().Trim();
    }

    private static string MissingText(string program, Win32Exception cause) =>
        $"the program '{program}' {(cause.NativeErrorCode == FileNotFound ? "is not there" : $"cannot be started ({cause.Message})")}. Install ffmpeg (Debian and Ubuntu: apt-get install ffmpeg; "
        + "macOS: brew install ffmpeg; Windows: winget install ffmpeg) or set its path in MediaOptions.";
}
