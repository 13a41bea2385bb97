using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace CoVR.Benchmarks.Media;

/// <summary>The Python program of <c>benchmarks/peers</c>, which waits for work and answers with its processor time.</summary>
/// <remarks><c>COVR_PYTHON</c> names the interpreter; <c>/usr/bin/python3</c> otherwise.</remarks>
internal sealed class PythonPeer : IDisposable
{
    private readonly Process _process = Process.Start(new ProcessStartInfo(
        Environment.GetEnvironmentVariable("COVR_PYTHON") ?? "/usr/bin/python3", [Path.GetFullPath("benchmarks/peers/media.py")])
    {
        RedirectStandardInput = true,
        RedirectStandardOutput = true,
    })!;

    public (double Seconds, string Digest) Run(string kind, string path)
    {
        _process.StandardInput.WriteLine($"{kind} {path}");
        var answer = _process.StandardOutput.ReadLine()?.Split(' ') ?? throw new InvalidOperationException("The Python peer ended; its message is above. Run from the repository's folder.");
        return (double.Parse(answer[0], CultureInfo.InvariantCulture), answer[1]);
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
    }
}

/// <summary>Processor seconds of this process and of all its children that have ended.</summary>
internal static partial class ProcessorTime
{
    private const int Children = -1;

    public static double Now
    {
        get
        {
            using var process = Process.GetCurrentProcess();
            var usage = new long[18];
            return GetUsage(Children, usage) == 0 ? process.TotalProcessorTime.TotalSeconds + usage[0] + usage[2] + ((usage[1] + usage[3]) / 1e6)
                : throw new PlatformNotSupportedException("The processor time of child processes is unknown here.");
        }
    }

    [LibraryImport("libc", EntryPoint = "getrusage")]
    private static partial int GetUsage(int who, [Out] long[] usage);
}
