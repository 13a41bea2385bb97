using Microsoft.Win32.SafeHandles;

namespace CoVR.Training;

/// <summary>Hears in rank 0 that whoever started the ranks wants them to stop, or is gone: its end of standard input closes.</summary>
public sealed class RankStop : IDisposable
{
    internal const string Variable = "COVR_RANK_LAUNCHER";
    private readonly CancellationTokenSource _source;

    private RankStop(CancellationToken token) => _source = CancellationTokenSource.CreateLinkedTokenSource(token);

    /// <summary>Cancelled by the token that was given and, in rank 0 of a <see cref="RankLauncher"/>, by its stop. The other ranks follow rank 0.</summary>
    public CancellationToken Token => _source.Token;

    /// <summary>Begins to listen; in a process that no launcher started there is nothing to hear.</summary>
    /// <param name="cancellationToken">What else stops this process's work.</param>
    /// <returns>The listener; dispose it after the work.</returns>
    public static RankStop Listen(CancellationToken cancellationToken = default)
    {
        var stop = new RankStop(cancellationToken);
        if (Environment.GetEnvironmentVariable(Variable) == "1" && RankPlace.Detect() is { Rank: 0 })
        {
            new Thread(stop.WaitForEnd) { IsBackground = true, Name = "covr rank stop" }.Start();
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
