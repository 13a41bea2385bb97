using Microsoft.Extensions.Logging;

namespace CoVR.Modeling.Native;

internal static partial class NativeLog
{
    [LoggerMessage(1, LogLevel.Information,
        "This system's libstdc++ is older than the native TorchSharp binding asks for; {Path} was loaded from memory with that version need made optional (COVR_NATIVE_PATCH=0 forbids this).")]
    public static partial void LoadedFromMemory(ILogger logger, string path);
}
