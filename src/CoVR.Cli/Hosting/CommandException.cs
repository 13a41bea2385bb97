namespace CoVR.Cli.Hosting;

/// <summary>A command cannot do what was asked; the message says why and how to mend it, and is shown as it is.</summary>
internal sealed class CommandException : Exception
{
    /// <summary>Creates the error.</summary>
    /// <param name="message">What is wrong, where, and how to mend it.</param>
    /// <param name="exitCode"><see cref="ExitCodes.Usage"/> where the command line is at fault.</param>
    public CommandException(string message, int exitCode = ExitCodes.Failed)
        : base(message) => ExitCode = exitCode;

    /// <summary>What the process ends with.</summary>
    public int ExitCode { get; }
}

/// <summary>What the command's exit code says.</summary>
internal static class ExitCodes
{
    /// <summary>All was done.</summary>
    public const int Done = 0;

    /// <summary>An error, or a part of the work could not be done.</summary>
    public const int Failed = 1;

    /// <summary>The command line is wrong; nothing was done.</summary>
    public const int Usage = 2;

    /// <summary>Stopped by Ctrl-C or a signal, in good order.</summary>
    public const int Stopped = 130;
}
