using Microsoft.Extensions.Logging;

namespace CoVR.Blip;

internal static partial class Log
{
    [LoggerMessage(EventId = 1, Level = LogLevel.Information, Message = "Made {Model} with {Parameters} parameters on {Device}")]
    public static partial void ModelCreated(ILogger logger, string model, long parameters, string device);
}
