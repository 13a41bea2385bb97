using System.Globalization;
using CoVR.Cli.Hosting;

// Makes numbers and messages the same on every machine.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;

using var signals = new StopSignals();
CommandHost host;
try
{
    host = CommandHost.OfThisProcess();
}
catch (CommandException fault)
{
    Console.Error.WriteLine($"error: {fault.Message}");
    return fault.ExitCode;
}

signals.Stopped += () => host.Error.WriteLine($"Stopped. {host.ResumeHint}");
var code = await host.RunAsync(args, signals.Token);
return signals.Finish(code);
