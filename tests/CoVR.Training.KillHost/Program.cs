using CoVR.Training;
using CoVR.Training.Tests;

// Arguments: output folder, milliseconds that each picture takes.
CoVR.Modeling.NativeTorch.EnsureLoaded();
using var encoder = new TinyEncoder(1);
using var log = new CsvRunLogger(args[0]);
var delay = int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture);
await new Trainer(Runs.Resumable(args[0])).RunAsync(Runs.Composed(encoder, new FakeWorld { OnRead = _ => Task.Delay(delay) }, log));
