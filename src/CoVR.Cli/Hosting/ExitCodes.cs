namespace CoVR.Cli.Hosting;

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
