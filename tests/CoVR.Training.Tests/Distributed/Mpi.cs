using System.Diagnostics;

namespace CoVR.Training.Tests;

/// <summary>Starts ranks of the host program.</summary>
internal static class Mpi
{
    private static readonly string Program = Path.Combine(
        AppContext.BaseDirectory.Replace("CoVR.Training.Tests", "CoVR.Training.RankHost", StringComparison.Ordinal), "CoVR.Training.RankHost.dll");

    /// <summary>Open MPI is found at run time only; where it is not, its tests say so and skip.</summary>
    internal static void SkipUnlessInstalled()
    {
        try
        {
            MpiPlaces.Starter();
            MpiLibrary.Load();
        }
        catch (MpiNotFoundException error)
        {
            Assert.Skip(error.Message);
        }
    }

    internal static async Task<(RankOutcome Outcome, string Output, string Errors)> RunAsync(
        int ranks, IReadOnlyList<string> arguments, Action<RankLauncherOptions>? configure = null, CancellationToken cancellationToken = default)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var options = new RankLauncherOptions { Ranks = ranks, Output = TextWriter.Synchronized(output), Errors = TextWriter.Synchronized(errors) };
        options.Environment = new Dictionary<string, string> { ["OMP_NUM_THREADS"] = "1" };
        configure?.Invoke(options);
        var outcome = await new RankLauncher(options).RunAsync(new RankCommand("dotnet", [Program, .. arguments]), cancellationToken);
        return (outcome, output.ToString(), errors.ToString());
    }
}
