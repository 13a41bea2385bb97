using CoVR.Reproduction.Configuration;
using Microsoft.Extensions.Options;

namespace CoVR.Cli.Hosting;

/// <summary>How errors are reported.</summary>
internal static class ErrorText
{
    /// <summary>The message of a user-facing error; for others also the type. The stack trace only on request.</summary>
    public static string Of(Exception error, bool verbose)
    {
        var cause = Unwrapped(error);
        var text = cause switch
        {
            OptionsValidationException options => string.Join(Environment.NewLine + "       ", options.Failures),
            _ when IsForUsers(cause) => cause.Message,
            _ when IsOutOfMemory(cause) => $"There is not enough memory ({cause.Message.Split('\n')[0].TrimEnd('.')}). Use smaller batches or a smaller model; or raise a limit of the container or the shell (ulimit -v).",
            _ => $"{cause.GetType().Name}: {cause.Message}{(verbose ? "" : $"{Environment.NewLine}This is unexpected. The same command with --verbose shows where it comes from.")}",
        };
        return verbose ? $"{text}{Environment.NewLine}{error}" : text;
    }

    // Types whose messages say what is wrong, where and how to fix it.
    private static bool IsForUsers(Exception error) =>
        error is CommandException or ConfigurationException or CoVRException or OptionsValidationException or IOException or UnauthorizedAccessException;

    // libtorch has no type of its own for it.
    private static bool IsOutOfMemory(Exception error) =>
        error is OutOfMemoryException || error.Message.Contains("can't allocate memory", StringComparison.Ordinal) || error.Message.Contains("CUDA out of memory", StringComparison.Ordinal);

    private static Exception Unwrapped(Exception error) => error switch
    {
        AggregateException { InnerExceptions: [var only] } => Unwrapped(only),
        TypeInitializationException { InnerException: { } cause } when IsForUsers(cause) => cause,
        InvalidOperationException { InnerException: { } cause } when IsForUsers(cause) => cause,
        _ => error,
    };
}
