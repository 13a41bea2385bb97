using System.Globalization;
using CoVR.Training;
using CoVR.Training.Tests;

// Arguments: output folder, milliseconds that each picture takes, the step after which it stands still until it is killed.
CoVR.Modeling.NativeTorch.EnsureLoaded();
using var encoder = new TinyEncoder(1);
using var log = new CsvRunLogger(args[0]);
var (delay, last) = (int.Parse(args[1], CultureInfo.InvariantCulture), long.Parse(args[2], CultureInfo.InvariantCulture));
await new Trainer(Runs.Resumable(args[0])).RunAsync(Runs.Composed(encoder, new FakeWorld { OnRead = _ => Task.Delay(delay) }, log), new StandStill(last));

internal sealed class StandStill(long step) : IProgress<TrainingProgress>
{
    public void Report(TrainingProgress value)
    {
        if (value.Step >= step)
        {
            Thread.Sleep(TimeSpan.FromMinutes(10)); // Not for ever, should the test be gone.
        }
    }
}
