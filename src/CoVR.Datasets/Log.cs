using CoVR.Data;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets;

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "{Dataset} {Split}: {Missing}; {Rows} of {Total} rows remain")]
    public static partial void MediaMissing(ILogger logger, string dataset, DatasetSplit split, string missing, int rows, int total);

    [LoggerMessage(2, LogLevel.Information, "{Dataset} {Split}: {Rows} rows, {Items} items, {Candidates} candidates")]
    public static partial void SplitRead(ILogger logger, string dataset, DatasetSplit split, int rows, int items, int candidates);

    [LoggerMessage(4, LogLevel.Warning, "{Dataset} {Split}: {Rows} of {Total} rows have captions that do not differ in any word; they are skipped")]
    public static partial void EditsMissing(ILogger logger, string dataset, DatasetSplit split, int rows, int total);
}
