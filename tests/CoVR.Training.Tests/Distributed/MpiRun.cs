using CoVR.Training.Mpi;

namespace CoVR.Training.Tests.Distributed;

/// <summary>Starts ranks of this assembly.</summary>
internal static class MpiRun
{
    /// <summary>Skips the test where Open MPI is not installed.</summary>
    internal static async Task<(MpiException? Failure, string Output, string Errors)> RunAsync(int ranks, IReadOnlyList<string> arguments, CancellationToken cancellationToken)
    {
        using var output = new StringWriter();
        using var errors = new StringWriter();
        var launcher = new MpiLauncher(new MpiLauncherOptions
        {
            Ranks = ranks,
            Output = TextWriter.Synchronized(output),
            Errors = TextWriter.Synchronized(errors),
            Environment = new Dictionary<string, string> { ["OMP_NUM_THREADS"] = "1" },
        });
        try
        {
            await launcher.RunAsync(["dotnet", typeof(MpiRun).Assembly.Location, RankProcess.Command, .. arguments], cancellationToken);
            return (null, output.ToString(), errors.ToString());
        }
        catch (MpiException failure) when (failure.ExitCode is not null)
        {
            return (failure, output.ToString(), errors.ToString());
        }
        catch (MpiException error)
        {
            Assert.Skip(error.Message);
            throw;
        }
    }
}
