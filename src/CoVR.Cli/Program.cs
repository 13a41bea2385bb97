using System.Globalization;
using CoVR.Cli.Hosting;

// Numbers and messages look the same on every machine.
CultureInfo.DefaultThreadCurrentCulture = CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
CultureInfo.DefaultThreadCurrentUICulture = CultureInfo.CurrentUICulture = CultureInfo.InvariantCulture;

using var signals = new StopSignals();
var host = CommandHost.OfThisProcess();
signals.Stopped += () => host.Error.WriteLine($"Stopped. {host.ResumeHint}");
var code = await host.RunAsync(args, signals.Token);
return signals.Finish(code);
