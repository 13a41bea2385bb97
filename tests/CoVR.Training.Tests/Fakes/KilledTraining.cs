using System.Globalization;
using CoVR.Training.Logging;
using CoVR.Training.Runs;

namespace CoVR.Training.Tests.Fakes;

/// <summary>A process that trains up to a step and then waits to be killed.</summary>
internal static class KilledTraining
{
    internal const string Command = "killed-training";

    /// <summary>Waits for a line of the step, the seed and the folder; writes the number of each step that is done.</summary>
    internal static async Task<int> RunAsync()
    {
        if ((await Console.In.ReadLineAsync())?.Split(' ', 3) is not [var last, var seed, var folder])
        {
            return 1;
        }

        CoVR.Modeling.Native.NativeTorch.EnsureLoaded();
        using var encoder = new TinyEncoder(int.Parse(seed, CultureInfo.InvariantCulture));
        using var log = new CsvRunLogger(folder);
        await new Trainer(TinyRuns.Resumable(folder)).RunAsync(TinyRuns.Composed(encoder, log), new WaitAt(long.Parse(last, CultureInfo.InvariantCulture)));
        return 0;
    }

    private sealed class WaitAt(long step) : IProgress<StepRecord>
    {
        public void Report(StepRecord value)
        {
            Console.Out.WriteLine(value.Step);
            if (value.Step >= step)
            {
                // Ends if the test is gone: standard input closes with it.
                Console.In.ReadToEnd();
            }
        }
    }
}
