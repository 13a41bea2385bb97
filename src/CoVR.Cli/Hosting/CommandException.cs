namespace CoVR.Cli.Hosting;

/// <summary>A command cannot do what was asked; the message says why and how to fix it, and is shown as it is.</summary>
internal sealed class CommandException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is wrong, where, and how to fix it.</param>
    /// <param name="exitCode"><see cref="ExitCodes.Usage"/> if the command line is at fault.</param>
    public CommandException(string message, int exitCode = ExitCodes.Failed)
        : base(message) => ExitCode = exitCode;

    /// <summary>The exit code of the process.</summary>
    public int ExitCode { get; }
}

/// <summary>The exit codes.</summary>
internal static class ExitCodes
{
    /// <summary>Success.</summary>
    public const int Done = 0;

    /// <summary>An error, or part of the work could not be done.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Stopped cleanly by Ctrl-C or a signal.</summary>
    public const int Stopped = 130;
}
