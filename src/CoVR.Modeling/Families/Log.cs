using CoVR.Modeling.Checkpoints;
using Microsoft.Extensions.Logging;

namespace CoVR.Modeling;

internal static partial class Log
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Made a {Family} model of {Parameters} parameters with fresh weights of seed {Seed}")]
    public static partial void FreshWeights(ILogger logger, string family, long parameters, ulong seed);

    [LoggerMessage(EventId = 2, Level = LogLevel.Information, Message = "Loaded {Report}")]
    public static partial void WeightsLoaded(ILogger logger, LoadReport report);

    [LoggerMessage(EventId = 3, Level = LogLevel.Debug, Message = "Ignored in the weights file: {Keys}")]
    public static partial void KeysIgnored(ILogger logger, IReadOnlyList<string> keys);

    [LoggerMessage(EventId = 4, Level = LogLevel.Warning, Message = "The weights file does not fit everywhere: missing {Missing}, unexpected {Unexpected}, misshapen {Misshapen}")]
    public static partial void KeysDiffer(
        ILogger logger, IReadOnlyList<string> missing, IReadOnlyList<string> unexpected, IReadOnlyList<MisshapenTensor> misshapen);
}
