using System.CommandLine;
using CoVR.Cli.Commands;
using CoVR.Cli.Reporting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Spectre.Console;

namespace CoVR.Cli.Hosting;

/// <summary>Runs command lines and gives commands their environment: console, folder, clock, log. Tests create their own.</summary>
/// <remarks>
/// How a command is added:
/// <list type="number">
/// <item>a folder <c>Commands/Name</c> with a class <c>NameCommand</c>, whose <c>static Command Create(CommandHost host)</c> returns a
/// <see cref="DocumentedCommand"/>: what it does in a sentence, notes, examples, arguments and options (<see cref="OptionNames"/> gives both spellings);</item>
/// <item>its action, <c>command.SetAction((parsed, cancellation) => ...)</c>, returns an <see cref="ExitCodes">exit code</see>. User paths go
/// through <see cref="PathOf"/>; services start from <see cref="CreateServices"/>; long work runs in <see cref="ConsoleProgress.RunAsync"/> of
/// <see cref="Report"/>, with the library's progress adapted by <see cref="ProgressAdapters"/>; results go to <see cref="Say"/> or <see cref="Console"/>;</item>
/// <item>nothing is caught: errors of the libraries become one message on standard error (<see cref="ErrorText"/> knows the types), cancellation becomes
/// <see cref="ResumeHint"/>. A command's own complaint is a <see cref="CommandException"/>;</item>
/// <item>a line in <see cref="CommandList"/>.</item>
/// </list>
/// </remarks>
internal sealed class CommandHost
{
    private readonly Option<bool> _verbose = new("--verbose") { Description = "Logs what the libraries do, and shows the stack traces of errors.", Recursive = true };

    /// <summary>Creates the host.</summary>
    /// <param name="console">Standard output.</param>
    /// <param name="error">Standard error.</param>
    /// <param name="folder">What relative paths are relative to.</param>
    /// <param name="bars">Whether progress is shown as bars; otherwise as lines.</param>
    /// <param name="clock">Null for the system's.</param>
    public CommandHost(IAnsiConsole console, TextWriter error, string folder, bool bars = false, TimeProvider? clock = null)
    {
        (Console, Error, Folder, Clock) = (console, TextWriter.Synchronized(error), folder, clock ?? TimeProvider.System);
        Report = new ConsoleProgress(console, bars, Clock);
        Logs = new ErrorLoggerProvider(Error);
    }

    /// <summary>Standard output, for tables. Lines that another program may read go through <see cref="Say"/>.</summary>
    public IAnsiConsole Console { get; }

    /// <summary>Standard error. Safe for several threads.</summary>
    public TextWriter Error { get; }

    /// <summary>The folder in which the command was started.</summary>
    public string Folder { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Clock { get; }

    /// <summary>Shows progress.</summary>
    public ConsoleProgress Report { get; private set; }

    /// <summary>Warnings of the libraries, with <c>--verbose</c> everything, on standard error.</summary>
    public ErrorLoggerProvider Logs { get; }

    /// <summary>The message after a stop; set by commands that can say more.</summary>
    public string ResumeHint { get; set; } = "Run the same command to start again.";

    /// <summary>The host of the running process.</summary>
    /// <exception cref="CommandException">The folder in which it was started is not there any more, or must not be read.</exception>
    public static CommandHost OfThisProcess()
    {
        string folder;
        try
        {
            folder = Directory.GetCurrentDirectory();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"The folder in which the command was started no longer exists or cannot be read. Change to another folder and run it again. ({error.Message})");
        }

        var console = AnsiConsole.Console;
        if (System.Console.IsOutputRedirected)
        {
            // A file has no width at which tables must wrap.
            console.Profile.Width = 1000;
        }

        return new CommandHost(console, System.Console.Error, folder, console.Profile.Capabilities.Interactive && !System.Console.IsOutputRedirected);
    }

    /// <summary>Runs one command line.</summary>
    /// <returns>The exit code; see <see cref="ExitCodes"/>.</returns>
    public async Task<int> RunAsync(IReadOnlyList<string> args, CancellationToken cancellationToken = default)
    {
        var root = CommandList.Create(this);
        root.Options.Add(_verbose);
        DocumentedHelp.Install(root, Console.Profile.Width);
        var parsed = root.Parse(args, new ParserConfiguration { ResponseFileTokenReplacer = null });
        if (UsageErrors.Of(parsed) is { } complaint)
        {
            await Error.WriteLineAsync(complaint);
            return ExitCodes.Usage;
        }

        Logs.Verbose = parsed.GetValue(_verbose);
        try
        {
            var streams = new InvocationConfiguration
            {
                Output = Console.Profile.Out.Writer,
                Error = Error,
                EnableDefaultExceptionHandler = false,
                ProcessTerminationTimeout = null,
            };
            return await parsed.InvokeAsync(streams, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await Error.WriteLineAsync($"Stopped. {ResumeHint}");
            return ExitCodes.Stopped;
        }
        catch (Exception error)
        {
            await Error.WriteLineAsync($"error: {ErrorText.Of(error, Logs.Verbose)}");
            return error is CommandException { ExitCode: var code } ? code : ExitCodes.Failed;
        }
    }

    /// <summary>Writes one line to standard output.</summary>
    public void Say(string line) => Report.Say(line);

    /// <summary>Reserves standard output for the result: progress and lines go to standard error from here on.</summary>
    public void KeepOutputForResult() => Report = new ConsoleProgress(
        AnsiConsole.Create(new AnsiConsoleSettings { Ansi = AnsiSupport.No, Interactive = InteractionSupport.No, Out = new AnsiConsoleOutput(Error) }), bars: false, Clock);

    /// <summary>Writes a warning line to standard error.</summary>
    public void Warn(string line) => Error.WriteLine($"warning: {line}");

    /// <summary>The full path of a user's path.</summary>
    public string PathOf(string path) => Path.GetFullPath(path, Folder);

    /// <summary>A path as a user would write it: relative if it lies below the folder.</summary>
    public string Shown(string path)
    {
        var relative = Path.GetRelativePath(Folder, path);
        return relative.StartsWith("..", StringComparison.Ordinal) ? path : relative;
    }

    /// <summary>Services with the log of this host, to which a command adds a pipeline.</summary>
    public IServiceCollection CreateServices() => AddTo(new ServiceCollection());

    /// <summary>Adds clock and log of this host to the services of another.</summary>
    public IServiceCollection AddTo(IServiceCollection services) => services
        .AddSingleton(Clock)
        .AddLogging(logging => logging.SetMinimumLevel(LogLevel.Debug).AddProvider(Logs));
}
