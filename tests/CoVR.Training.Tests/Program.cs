using CoVR.Training.Tests;
using CoVR.Training.Tests.Distributed;
using CoVR.Training.Tests.Fakes;

// The assembly runs its tests, or serves as a process that tests start: a rank, or a training that is killed.
return args is [RankProcess.Command, .. var rank] ? await RankProcess.RunAsync(rank)
    : args is [KilledTraining.Command] ? await KilledTraining.RunAsync()
    : args.Any(arg => arg is "-automated" or "@@") ? await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args)
    : await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions);
