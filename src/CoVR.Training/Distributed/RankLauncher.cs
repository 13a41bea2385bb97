using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace CoVR.Training;

/// <summary>Starts a program several times by mpirun, as processes that train together.</summary>
/// <remarks>
/// <para>A program that trains on several ranks does this at its start:</para>
/// <code>
/// if (devices > 1 &amp;&amp; RankPlace.Detect() is null)                  // not a rank yet: start the ranks and wait for them
/// {
///     var launcher = new RankLauncher(new() { Ranks = devices, Output = Console.Out, Errors = Console.Error });
///     var outcome = await launcher.RunAsync(RankCommand.OfThisProcess(args), cancellationToken);
///     if (outcome.Failure is { } failure) Console.Error.WriteLine(failure);
///     return outcome.ExitCode;
/// }
///
/// var ranks = devices > 1 || RankPlace.Detect() is { Size: > 1 } ? MpiCollective.Start() : null;   // a rank, or alone
/// using var stop = RankStop.Listen(cancellationToken);               // stop.Token also hears the starter's Ctrl-C
/// await trainer.TrainAsync(plan with { Collective = ranks }, progress, stop.Token);
/// ranks?.Complete();                                                 // not in a finally: a failed rank just ends
/// </code>
/// <para>Under an existing mpirun or scheduler <see cref="RankPlace.Detect()"/> finds the rank, and nothing is started.</para>
/// <para>Immutable after its creation; safe for use from several threads.</para>
/// </remarks>
public sealed class RankLauncher
{
    private readonly RankLauncherOptions _options;

    /// <summary>Creates a launcher.</summary>
    /// <param name="options">How many, and where their output goes.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options have faults; it lists all of them.</exception>
    public RankLauncher(RankLauncherOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsFaults.ThrowIfAny(options);
        _options = options;
    }

    /// <summary>Starts the ranks and waits for all of them.</summary>
    /// <param name="command">What each of them runs.</param>
    /// <param name="cancellationToken">Asks the ranks to stop after their step and to save; they have <see cref="RankLauncherOptions.StopTimeout"/> for it.</param>
    /// <returns>How they ended; also after a stop.</returns>
    /// <exception cref="MpiNotFoundException">There is no mpirun; says how to install it.</exception>
    public async Task<RankOutcome> RunAsync(RankCommand command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        using var process = new Process { StartInfo = StartInfo(command, MpiPlaces.Starter()) };
        process.Start();
        var report = new MpirunReport(_options.Errors);
        var output = PumpAsync(process.StandardOutput, _options.Output.WriteLine);
        var errors = PumpAsync(process.StandardError, report.Add);
        await using (cancellationToken.Register(() => AskToStop(process)).ConfigureAwait(false))
        {
            await WaitAsync(process, cancellationToken).ConfigureAwait(false);
        }

        await Task.WhenAll(output, errors).ConfigureAwait(false);
        return report.Outcome(process.ExitCode, _options.Ranks);
    }

    internal ProcessStartInfo StartInfo(RankCommand command, string mpirun)
    {
        // A session of its own: the terminal's Ctrl-C comes here only, and the ranks get time to save.
        var session = MpiPlaces.OnPath("setsid");
        var start = new ProcessStartInfo(session ?? mpirun) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        IEnumerable<string> arguments =
        [
            .. session is null ? Array.Empty<string>() : [mpirun],
            .. IsRoot() ? ["--allow-run-as-root"] : Array.Empty<string>(),
            "--oversubscribe", "--bind-to", "none", "-n", _options.Ranks.ToString(CultureInfo.InvariantCulture),
            .. _options.MpirunArguments, command.Program, .. command.Arguments,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["TERM"] = "dumb";
        start.Environment[RankStop.Variable] = "1";
        start.Environment.TryAdd("OMP_NUM_THREADS", Math.Max(1, Environment.ProcessorCount / _options.Ranks).ToString(CultureInfo.InvariantCulture));
        start.Environment.TryAdd("OMPI_MCA_btl_vader_single_copy_mechanism", "none"); // needs a right that containers withhold
        foreach (var (name, value) in _options.Environment)
        {
            start.Environment[name] = value;
        }

        return start;
    }

    private async Task WaitAsync(Process process, CancellationToken cancellationToken)
    {
        try
        {
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            using var patience = new CancellationTokenSource(_options.StopTimeout);
            try
            {
                await process.WaitForExitAsync(patience.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private static void AskToStop(Process process)
    {
        try
        {
            process.StandardInput.Close();
        }
        catch (IOException)
        {
            // mpirun has just ended by itself.
        }
    }

    private static async Task PumpAsync(StreamReader from, Action<string> line)
    {
        while (await from.ReadLineAsync().ConfigureAwait(false) is { } text)
        {
            line(text);
        }
    }

    private static bool IsRoot() => !OperatingSystem.IsWindows() && GetEffectiveUserId() == 0;

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint GetEffectiveUserId();
}
