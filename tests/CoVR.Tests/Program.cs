using CoVR.Tests;
using CoVR.Tests.Downloads;
using CoVR.Tests.Embedding;
using CoVR.Tests.Storage;

// The assembly runs its tests, or what the kill tests kill.
return args switch
{
    [SlowEmbedding.Command] => await SlowEmbedding.RunAsync(),
    [GalleryProcess.Command] => await GalleryProcess.RunAsync(),
    [DownloadProcess.Command] => await DownloadProcess.RunAsync(),
    _ when args.Any(arg => arg is "-automated" or "@@") => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
    _ => await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
};
