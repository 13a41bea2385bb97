using CoVR.Tests;
using CoVR.Tests.Embedding;

// The assembly runs its tests, or the job that the kill test kills.
return args is [SlowEmbedding.Command, var folder]
    ? await SlowEmbedding.RunAsync(folder)
    : args.Any(arg => arg is "-automated" or "@@")
        ? await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
        : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
