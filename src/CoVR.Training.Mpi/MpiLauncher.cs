using System.Diagnostics;
using System.Globalization;
using System.Reflection;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace CoVR.Training.Mpi;

/// <summary>Runs a program under mpirun, as several processes that train together.</summary>
/// <remarks>
/// <para>A program that trains on several ranks starts like this:</para>
/// <code>
/// if (devices > 1 &amp;&amp; RankInfo.Detect() is null)                  // not a rank yet: start the ranks and wait for them
/// {
///     var launcher = new MpiLauncher(new() { Ranks = devices, Output = Console.Out, Errors = Console.Error });
///     await launcher.RunAsync(MpiLauncher.ThisProgram(args), cancellationToken);
///     return;
/// }
///
/// var ranks = devices > 1 || RankInfo.Detect() is { Size: > 1 } ? MpiCollective.Start() : null;
/// using var stop = MpiLauncher.ListenForStop(cancellationToken);     // also cancelled by the launcher
/// builder.AddTraining(options => options.Collective = ranks);
/// await trainer.TrainAsync(plan, progress, stop.Token);
/// ranks?.Complete();                                                 // not in a finally: a failed rank just exits
/// </code>
/// <para>Under an existing mpirun or scheduler <see cref="RankInfo.Detect()"/> finds the rank, and nothing is started.</para>
/// <para>Immutable after its creation; safe for use from several threads.</para>
/// </remarks>
public sealed class MpiLauncher
{
    /// <summary>Set in ranks that a launcher started.</summary>
    internal const string LauncherVariable = "COVR_RANK_LAUNCHER";

    private readonly MpiLauncherOptions _options;

    /// <summary>Creates a launcher.</summary>
    /// <param name="options">The number of ranks, and where their output goes.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">The options have faults; it lists all of them.</exception>
    public MpiLauncher(MpiLauncherOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsFaults.ThrowIfAny(options);
        _options = options;
    }

    /// <summary>Starts the ranks and waits for all of them.</summary>
    /// <param name="command">The program that each rank runs, and its arguments.</param>
    /// <param name="cancellationToken">Asks the ranks to stop after their step and to save; they have <see cref="MpiLauncherOptions.StopTimeout"/> to do so.</param>
    /// <returns>A task that ends when every rank has succeeded.</returns>
    /// <exception cref="MpiException">
    /// mpirun was not found; the message says how to install it. Or a rank failed, or ended early after a stop: <see cref="MpiException.ExitCode"/> says how.
    /// </exception>
    public async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(command);
        using var process = new Process { StartInfo = StartInfo(command, MpiLocations.Mpirun()) };
        process.Start();
        var report = new MpirunReport(_options.Errors);
        var output = PumpAsync(process.StandardOutput, _options.Output.WriteLine);
        var errors = PumpAsync(process.StandardError, report.Add);
        await using (cancellationToken.Register(() => AskToStop(process)).ConfigureAwait(false))
        {
            await WaitAsync(process, cancellationToken).ConfigureAwait(false);
        }

        await Task.WhenAll(output, errors).ConfigureAwait(false);
        if (report.Failure(process.ExitCode, _options.Ranks) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>The command that runs this program again.</summary>
    /// <param name="arguments">The arguments after the program's name.</param>
    /// <returns>Program and arguments, for <see cref="RunAsync"/>.</returns>
    public static IReadOnlyList<string> ThisProgram(IReadOnlyList<string> arguments)
    {
        ArgumentNullException.ThrowIfNull(arguments);
        var program = Environment.ProcessPath ?? throw new InvalidOperationException("The path of this program is unknown.");
        var runsAssembly = Path.GetFileNameWithoutExtension(program).Equals("dotnet", StringComparison.OrdinalIgnoreCase);
        return runsAssembly && Assembly.GetEntryAssembly()?.Location is { Length: > 0 } assembly ? [program, assembly, .. arguments] : [program, .. arguments];
    }

    /// <summary>In rank 0, listens for the launcher, which asks the ranks to stop by closing standard input; the other ranks follow rank 0.</summary>
    /// <param name="cancellationToken">Also cancels the result.</param>
    /// <returns>A source whose token is cancelled by either; dispose it when the work is done. In a process that no launcher started it only follows the token.</returns>
    public static CancellationTokenSource ListenForStop(CancellationToken cancellationToken = default)
    {
        var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        if (Environment.GetEnvironmentVariable(LauncherVariable) == "1" && RankInfo.Detect() is { Rank: 0 })
        {
            new Thread(() => CancelAtEndOfInput(stop)) { IsBackground = true, Name = "covr stop signal" }.Start();
        }

        return stop;
    }

    internal ProcessStartInfo StartInfo(IReadOnlyList<string> command, string mpirun)
    {
        // A new session: the terminal's Ctrl-C reaches only this process, and the ranks get time to save.
        var session = MpiLocations.OnPath("setsid");
        var start = new ProcessStartInfo(session ?? mpirun) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        IEnumerable<string> arguments =
        [
            .. session is null ? Array.Empty<string>() : [mpirun],
            .. IsRoot() ? ["--allow-run-as-root"] : Array.Empty<string>(),
            "--oversubscribe", "--bind-to", "none", "-n", _options.Ranks.ToString(CultureInfo.InvariantCulture),
            .. _options.MpirunArguments, .. command,
        ];
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }

        start.Environment["TERM"] = "dumb";
        start.Environment[LauncherVariable] = "1";
        start.Environment.TryAdd("OMP_NUM_THREADS", Math.Max(1, Environment.ProcessorCount / _options.Ranks).ToString(CultureInfo.InvariantCulture));
        start.Environment.TryAdd("OMPI_MCA_btl_vader_single_copy_mechanism", "none"); // needs a privilege that containers lack
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
            // mpirun has just exited.
        }
    }

    private static async Task PumpAsync(StreamReader from, Action<string> line)
    {
        while (await from.ReadLineAsync().ConfigureAwait(false) is { } text)
        {
            line(text);
        }
    }

    private static void CancelAtEndOfInput(CancellationTokenSource stop)
    {
        using var input = new FileStream(new SafeFileHandle(0, ownsHandle: false), FileAccess.Read, bufferSize: 1);
        while (input.ReadByte() >= 0)
        {
        }

        try
        {
            stop.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The work ended first.
        }
    }

    private static bool IsRoot() => !OperatingSystem.IsWindows() && GetEffectiveUserId() == 0;

    [DllImport("libc", EntryPoint = "geteuid")]
    private static extern uint GetEffectiveUserId();
}
