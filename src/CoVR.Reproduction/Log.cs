using Microsoft.Extensions.Logging;

namespace CoVR.Reproduction;

internal static partial class Log
{
    [LoggerMessage(EventId = 5, Message = "Submission file {File}: {Faults} faults. {First}")]
    public static partial void SubmissionChecked(ILogger logger, LogLevel level, string file, int faults, string first);

    [LoggerMessage(7, LogLevel.Warning, "Embedding tree {Tree}: it does not record what made its {Count} files; they are assumed to fit.")]
    public static partial void TreeTrusted(ILogger logger, string tree, int count);

    [LoggerMessage(9, LogLevel.Information, "{Count} texts are left to other workers; finished ones are kept in {Partial}.")]
    public static partial void TextsLeft(ILogger logger, int count, string partial);
}
