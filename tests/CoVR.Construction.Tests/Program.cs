using CoVR.Construction.Tests;

// The assembly runs its tests, or what the kill tests kill.
return args switch
{
    [ConstructProcess.Command] => await ConstructProcess.RunAsync(),
    _ when args.Any(arg => arg is "-automated" or "@@") => await Xunit.Runner.InProc.SystemConsole.ConsoleRunner.Run(args),
    _ => await Xunit.MicrosoftTestingPlatform.TestPlatformTestFramework.RunAsync(args, SelfRegisteredExtensions.AddSelfRegisteredExtensions),
};
