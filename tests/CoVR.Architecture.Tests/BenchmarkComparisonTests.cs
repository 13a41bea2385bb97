using System.Diagnostics;

namespace CoVR.Architecture.Tests;

/// <summary><c>eng/compare-benchmarks.sh</c> on made results.</summary>
public sealed class BenchmarkComparisonTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("covr-test-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Theory]
    [InlineData(1.00, 1.05, 0)]
    [InlineData(1.00, 1.50, 1)]
    [InlineData(1.50, 1.00, 0)]
    public void Compare_RatioChanged_FailsWhereItIsWorseByMoreThanItsSpread(double before, double after, int code)
    {
        Write("before", before);
        Write("after", after);

        Assert.Equal(code, Compare());
    }

    [Fact]
    public void Compare_NothingInCommon_IsAnErrorOfItsOwn()
    {
        Write("after", 1);

        Assert.Equal(2, Compare());
    }

    // The baseline takes 100 µs, give or take 5 %.
    private void Write(string folder, double ratio)
    {
        string Times(double factor) => string.Join(',', new[] { 95, 100, 105, 98, 102 }.Select(time => FormattableString.Invariant($"{time * factor}")));
        File.WriteAllText(Path.Combine(_folder.CreateSubdirectory(folder).FullName, "Suite.json"), $$"""
            {"suite": "Suite", "date": "2026-11-30", "machine": "any", "cases": [
              {"method": "Peer", "parameters": "", "isBaseline": true, "microseconds": [{{Times(1)}}]},
              {"method": "Ours", "parameters": "", "isBaseline": false, "microseconds": [{{Times(ratio)}}]}]}
            """);
    }

    private int Compare()
    {
        using var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "House.dll"), "compare", Path.Combine(_folder.FullName, "before"), Path.Combine(_folder.FullName, "after")])
        {
            RedirectStandardOutput = true,
        })!;
        process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode;
    }
}
