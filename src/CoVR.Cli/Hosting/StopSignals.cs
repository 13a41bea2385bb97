using System.Runtime.InteropServices;

namespace CoVR.Cli.Hosting;

/// <summary>Ends the process after Ctrl-C or SIGTERM: cleanly if the command manages that in time, otherwise at once.</summary>
/// <remarks>Everything that commands write is safe at any moment, so a hard exit loses nothing.</remarks>
internal sealed partial class StopSignals : IDisposable
{
    private const int Interrupted = 130;
    private const int Terminated = 143;

    // Together less than two seconds.
    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(1.4);
    private static readonly TimeSpan GraceOfConsole = TimeSpan.FromSeconds(0.2);

    private readonly CancellationTokenSource _stop = new();
    private readonly PosixSignalRegistration[] _registrations;
    private int _exitCode;

    /// <summary>Listens to the signals of this process.</summary>
    public StopSignals() => _registrations =
    [
        PosixSignalRegistration.Create(PosixSignal.SIGINT, signal => Stop(signal, Interrupted)),
        PosixSignalRegistration.Create(PosixSignal.SIGTERM, signal => Stop(signal, Terminated)),
    ];

    /// <summary>Raised right before the process is ended because the command did not end in time.</summary>
    public event Action? Stopped;

    /// <summary>Cancelled by the first signal.</summary>
    public CancellationToken Token => _stop.Token;

    /// <summary>Ends the process if a signal stopped the command: native threads that still run would disturb an ordinary exit.</summary>
    /// <returns>The exit code of a command that was not stopped.</returns>
    public int Finish(int code)
    {
        if (code == ExitCodes.Stopped && _exitCode != 0)
        {
            Exit(_exitCode);
        }

        return code;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var registration in _registrations)
        {
            registration.Dispose();
        }
    }

    private void Stop(PosixSignalContext signal, int exitCode)
    {
        signal.Cancel = true;
        if (Interlocked.CompareExchange(ref _exitCode, exitCode, 0) != 0)
        {
            Exit(exitCode); // the second signal
        }

        // A dedicated thread: the pool may be busy with the work that does not end.
        new Thread(ExitAfterGrace) { IsBackground = true, Name = "Stop" }.Start();
        _ = _stop.CancelAsync();
    }

    private void ExitAfterGrace()
    {
        Thread.Sleep(Grace);
        var farewell = new Thread(() => Stopped?.Invoke()) { IsBackground = true };
        farewell.Start();
        farewell.Join(GraceOfConsole); // an unread pipe would block forever
        Exit(_exitCode);
    }

    private static void Exit(int code)
    {
        if (!OperatingSystem.IsWindows())
        {
            ExitNow(code);
        }

        Environment.Exit(code);
    }

    [LibraryImport("libc", EntryPoint = "_exit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void ExitNow(int code);
}
