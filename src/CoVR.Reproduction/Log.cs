using Microsoft.Extensions.Logging;

namespace CoVR.Reproduction;

internal static partial class Log
{
    [LoggerMessage(EventId = 5, Message = "Submission file {File}: {Faults} faults. {First}")]
    public static partial void SubmissionChecked(ILogger logger, LogLevel level, string file, int faults, string first);
}
