using Microsoft.Win32.SafeHandles;

namespace CoVR.Training.Mpi;

/// <summary>In rank 0, cancels a token when the <see cref="MpiLauncher"/> asks the ranks to stop or is gone: it closes standard input.</summary>
public sealed class MpiStopSignal : IDisposable
{
    internal const string Variable = "COVR_RANK_LAUNCHER";
    private readonly CancellationTokenSource _source;

    private MpiStopSignal(CancellationToken token) => _source = CancellationTokenSource.CreateLinkedTokenSource(token);

    /// <summary>Cancelled by the token passed to <see cref="Listen"/> and, in rank 0, by the launcher. The other ranks follow rank 0.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Starts listening; does nothing in a process that no launcher started.</summary>
    /// <param name="cancellationToken">Also cancels <see cref="Token"/>.</param>
    /// <returns>The listener; dispose it when the work is done.</returns>
    public static MpiStopSignal Listen(CancellationToken cancellationToken = default)
    {
        var stop = new MpiStopSignal(cancellationToken);
        if (Environment.GetEnvironmentVariable(Variable) == "1" && RankInfo.Detect() is { Rank: 0 })
        {
            new Thread(stop.WaitForEnd) { IsBackground = true, Name = "covr stop signal" }.Start();
        }

        return stop;
    }

    /// <inheritdoc/>
    public void Dispose() => _source.Dispose();

    private void WaitForEnd()
    {
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 1);
        while (input.ReadByte() >= 0)
        {
        }

        try
        {
            _source.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work ended first.
        }
    }
}
