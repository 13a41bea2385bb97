using CoVR.Training.Logging;
using CoVR.Training.Runs;

namespace CoVR.Training.Tests.Fakes;

/// <summary>A process that trains up to a step and then waits to be killed.</summary>
internal static class KilledTraining
{
    internal const string Command = "killed-training";

    internal static async Task<int> RunAsync(string folder, long last)
    {
        CoVR.Modeling.Native.NativeTorch.EnsureLoaded();
        using var encoder = new TinyEncoder(1);
        using var log = new CsvRunLogger(folder);
        await new Trainer(TinyRuns.Resumable(folder)).RunAsync(TinyRuns.Composed(encoder, log), new WaitAt(last));
        return 0;
    }

    private sealed class WaitAt(long step) : IProgress<StepRecord>
    {
        public void Report(StepRecord value)
        {
            if (value.Step >= step)
            {
                // Ends if the test is gone: standard input closes with it.
                Console.In.ReadToEnd();
            }
        }
    }
}
