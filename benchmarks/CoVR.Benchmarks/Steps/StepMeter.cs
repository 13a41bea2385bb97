using System.Diagnostics;
using CoVR.Training.Logging;

namespace CoVR.Benchmarks.Steps;

/// <summary>Times the steps after the first ones.</summary>
internal sealed class StepMeter(int steps) : IProgress<StepRecord>
{
    /// <summary>Steps that are not counted.</summary>
    internal const int Warm = 2;

    private (long Wall, TimeSpan Processor) _start;

    internal (double Wall, double Processor) Mean { get; private set; }

    public void Report(StepRecord value)
    {
        using var process = Process.GetCurrentProcess();
        if (value.Step == Warm)
        {
            _start = (Stopwatch.GetTimestamp(), process.TotalProcessorTime);
        }
        else if (value.Step == Warm + steps)
        {
            Mean = (Stopwatch.GetElapsedTime(_start.Wall).TotalMilliseconds / steps, (process.TotalProcessorTime - _start.Processor).TotalMilliseconds / steps);
        }
    }
}
