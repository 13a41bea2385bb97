// From an empty folder to a trained, searchable model, through the public API alone:
//   1. write a small world of pictures, clips, captions and edits      (CoVR.Datasets)
//   2. train a small model on pictures and captions, then on edits     (CoVR.Blip or CoVR.Blip2, CoVR.Losses, CoVR.Training)
//   3. embed the gallery once into a store, evaluate, search           (CoVR)
//   4. write one page that shows queries and answers
using System.Runtime.InteropServices;
using CoVR.Cli.Reporting;
using QuickStart;
using Spectre.Console;

if (Arguments.Parse(args) is not { } arguments)
{
    Console.Error.WriteLine(Arguments.Usage);
    return 2;
}

using var stop = new CancellationTokenSource();
using var interrupt = PosixSignalRegistration.Create(PosixSignal.SIGINT, Stop);
using var terminate = PosixSignalRegistration.Create(PosixSignal.SIGTERM, Stop);

try
{
    var bars = AnsiConsole.Profile.Capabilities.Interactive && !Console.IsOutputRedirected;
    await new QuickStartRun(arguments, new ConsoleProgress(AnsiConsole.Console, bars, TimeProvider.System)).RunAsync(stop.Token);
    return 0;
}
catch (OperationCanceledException) when (stop.IsCancellationRequested)
{
    Console.Error.WriteLine("Stopped. The same command goes on from here.");
    return 130;
}

void Stop(PosixSignalContext signal)
{
    signal.Cancel = true;
    stop.Cancel();
}
