using CoVR.Tests;
using CoVR.Tests.Embedding;
using CoVR.Tests.Storage;

// The assembly runs its tests, or what the kill tests kill.
return args is [SlowEmbedding.Command, var folder]
    ? await SlowEmbedding.RunAsync(folder)
    : args is [GalleryProcess.Command, var shared]
    ? await GalleryProcess.RunAsync(shared)
    : args.Any(arg => arg is "-automated" or "@@")
        ? await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
        : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
