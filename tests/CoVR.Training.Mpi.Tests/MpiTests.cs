namespace CoVR.Training.Mpi.Tests;

public sealed class MpiTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public void Start_NoLibrary_SaysHowToInstallIt()
    {
        var error = With(MpiLocations.LibraryVariable, "/nowhere/libmpi.so.40", () => Assert.Throws<MpiException>(MpiCollective.Start));
        Assert.Contains("apt install openmpi-bin", error.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere/libmpi.so.40", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunAsync_NoMpirun_SaysHowToInstallIt()
    {
        var error = With(MpiLocations.MpirunVariable, "/nowhere/mpirun", () => Assert.Throws<MpiException>(() =>
        {
            new MpiLauncher(new()).RunAsync(["dotnet"], Token).GetAwaiter().GetResult();
        }));
        Assert.Contains("dnf install openmpi", error.Message, StringComparison.Ordinal);
        Assert.Contains("COVR_MPIRUN=/nowhere/mpirun", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("OMPI_COMM_WORLD_RANK=1;OMPI_COMM_WORLD_SIZE=4;OMPI_COMM_WORLD_LOCAL_RANK=0", 1, 4, 0)]
    [InlineData("PMI_RANK=3;PMI_SIZE=8", 3, 8, 0)]
    [InlineData("PMIX_RANK=2;SLURM_STEP_NUM_TASKS=4;SLURM_LOCALID=1", 2, 4, 1)]
    public void Detect_StartedByMpirunOrAScheduler_SaysWhichRank(string environment, int rank, int size, int local)
    {
        var variables = environment.Split(';').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal(new RankInfo(rank, size, local), RankInfo.Detect(variables.GetValueOrDefault));
    }

    [Theory]
    [InlineData("")]
    [InlineData("SLURM_PROCID=0;SLURM_NTASKS=4")]
    [InlineData("OMPI_COMM_WORLD_RANK=4;OMPI_COMM_WORLD_SIZE=4")]
    public void Detect_StartedAlone_FindsNothing(string environment)
    {
        var variables = environment.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Null(RankInfo.Detect(variables.GetValueOrDefault));
    }

    [Fact]
    public void StartInfo_Arguments_KeepTheUsersAndSetFairThreads()
    {
        var launcher = new MpiLauncher(new() { Ranks = 2, MpirunArguments = ["--hostfile", "my hosts"], Environment = new Dictionary<string, string> { ["A"] = "b" } });
        var start = launcher.StartInfo(["program", "one", "two words"], "/bin/mpirun");
        Assert.Equal(["-n", "2", "--hostfile", "my hosts", "program", "one", "two words"], start.ArgumentList.TakeLast(7));
        Assert.Equal(("b", "1"), (start.Environment["A"], start.Environment[MpiLauncher.LauncherVariable]));
        Assert.True(int.Parse(start.Environment["OMP_NUM_THREADS"]!, System.Globalization.CultureInfo.InvariantCulture) >= 1);
    }

    [Theory]
    [InlineData("mpirun noticed that process rank 1 with PID 77 on node x exited on signal 9 (Killed).", 1, "Rank 1 of 2 was ended by signal 9 (Killed)")]
    [InlineData("mpirun detected that one or more processes exited with non-zero status, thus causing\nthe job to be terminated. The first process to do so was:\n\n  Process name: [[12844,1],0]\n  Exit code:    3", 0, "Rank 0 of 2 ended with exit code 3")]
    [InlineData("mpirun has exited due to process rank 1 with PID 0 on\nnode x exiting improperly. There are three reasons this could occur:", 1, "Rank 1 of 2 exited before the work")]
    [InlineData("mpirun was unable to launch the specified application as it could not find an executable:", null, "could not find an executable")]
    public void Failure_MpirunsReport_SaysWhoFailed(string text, int? rank, string expected)
    {
        using var errors = new StringWriter();
        var report = new MpirunReport(errors);
        var rule = new string('-', 74);
        foreach (var line in (string[])["own words", rule, .. text.Split('\n'), rule, "--------", "more"])
        {
            report.Add(line);
        }

        var failure = report.Failure(1, 2)!;
        Assert.Equal((rank, 1), (failure.FailedRank, failure.ExitCode));
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Equal(["own words", "--------", "more"], errors.ToString().Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
    }

    private static T With<T>(string variable, string value, Func<T> work)
    {
        var before = Environment.GetEnvironmentVariable(variable);
        Environment.SetEnvironmentVariable(variable, value);
        try
        {
            return work();
        }
        finally
        {
            Environment.SetEnvironmentVariable(variable, before);
        }
    }
}
