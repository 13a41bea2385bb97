using CoVR.Losses;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Tests;

[Collection("torch")]
public sealed class CollectiveTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ThreadRanks_EveryCall_GivesWhatTheContractSays(int size) => Assert.All(ThreadRanks.Run(size, CollectiveChecks.Run), Assert.True);

    [Fact]
    public void SingleProcess_EveryCall_GivesWhatTheContractSays() => Assert.True(CollectiveChecks.Run(new SingleProcessCollective()));

    [Fact]
    public async Task Mpi_EveryCall_GivesWhatTheContractSays()
    {
        Mpi.SkipUnlessInstalled();
        var (outcome, output, errors) = await Mpi.RunAsync(3, ["collective"], cancellationToken: Token);
        Assert.True(outcome.Succeeded, errors);
        Assert.Equal(3, output.Split('\n').Count(line => line.EndsWith("of 3 is content", StringComparison.Ordinal)));
    }

    [Fact]
    public void Start_NoLibrary_SaysHowToInstallIt()
    {
        var error = With(MpiPlaces.LibraryVariable, "/nowhere/libmpi.so.40", () => Assert.Throws<MpiNotFoundException>(MpiCollective.Start));
        Assert.Contains("apt install openmpi-bin", error.Message, StringComparison.Ordinal);
        Assert.Contains("/nowhere/libmpi.so.40", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void RunAsync_NoMpirun_SaysHowToInstallIt()
    {
        var error = With(MpiPlaces.StarterVariable, "/nowhere/mpirun", () => Assert.Throws<MpiNotFoundException>(() =>
        {
            new RankLauncher(new()).RunAsync(new RankCommand("dotnet", []), Token).GetAwaiter().GetResult();
        }));
        Assert.Contains("dnf install openmpi", error.Message, StringComparison.Ordinal);
        Assert.Contains("COVR_MPIRUN=/nowhere/mpirun", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Average_SmallBuckets_GivesTheMeanAndLeavesUnusedParametersAlone()
    {
        var results = ThreadRanks.Run(2, ranks =>
        {
            using var scope = NewDisposeScope();
            TorchSharp.Modules.Parameter[] parameters =
                [new(zeros(2, 3)), new(zeros(4)), new(zeros(1)), new(zeros(2)), new(zeros(2, dtype: ScalarType.Float64))];
            parameters[0].grad = full([2, 3], (Scalar)(1f + ranks.Rank));
            parameters[1].grad = ranks.Rank == 1 ? full([4], (Scalar)8f) : null;
            parameters[3].grad = ones(2);
            parameters[4].grad = full([2], (Scalar)(2.0 * ranks.Rank), ScalarType.Float64);
            GradientBuckets.Average(ranks, parameters, elements: 5);
            Assert.Null(parameters[2].grad);
            return parameters.Where((_, i) => i != 2).Select(parameter => parameter.grad!.to(float32).flatten().data<float>().ToArray()).ToArray();
        });
        Assert.All(results, gradients => Assert.Equal([[1.5f, 1.5f, 1.5f, 1.5f, 1.5f, 1.5f], [4, 4, 4, 4], [1, 1], [1, 1]], gradients));
    }

    [Fact]
    public void Of_BatchSmallerThanRanks_IsRefusedWithAWayOut()
    {
        var error = ThreadRanks.Run(3, ranks => Assert.Throws<InvalidOperationException>(() => RankRows.Of(2, ranks)))[0];
        Assert.Contains("fewer ranks", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(16)]
    [InlineData(17)]
    public void Of_AllRanks_CoverTheBatchInOrder(int rows)
    {
        var parts = ThreadRanks.Run(3, ranks => RankRows.Of(rows, ranks));
        Assert.Equal(Enumerable.Range(0, rows), parts.SelectMany(part => Enumerable.Range(part.Start, part.Count)));
        Assert.True(parts.Max(part => part.Count) - parts.Min(part => part.Count) <= 1);
    }

    [Fact]
    public void RequireSameSettings_RanksDiffer_NamesTheDifference()
    {
        var errors = ThreadRanks.Run(2, ranks => Assert.Throws<InvalidOperationException>(() =>
            RankTensors.RequireSameSettings(ranks, new Dictionary<string, string> { ["seed"] = $"{ranks.Rank}" })));
        Assert.All(errors, error => Assert.Contains("seed is '0' on rank 0 and '1' on rank 1", error.Message, StringComparison.Ordinal));
    }

    [Fact]
    public void Compute_TermWithWeights_LearnsThemAsOneProcessDoes()
    {
        // Every rank computes the whole loss: weights of a term get the whole gradient on each, those of the model a part.
        var results = ThreadRanks.Run(2, ranks =>
        {
            using var term = new ScaledTerm();
            using var scope = NewDisposeScope();
            var queries = full([2, 3], (Scalar)(ranks.Rank + 1f)).requires_grad_();
            var gathered = RankRows.Gather(ranks, queries);
            term.Compute(new TrainingEmbeddings(gathered, gathered, null, 1)).backward();
            GradientBuckets.Average(ranks, [.. term.parameters()]);
            return term.Gradient;
        });
        Assert.All(results, gradient => Assert.Equal(2 * 3 * (1f + 2f), gradient));
    }

    [Theory]
    [InlineData("OMPI_COMM_WORLD_RANK=1;OMPI_COMM_WORLD_SIZE=4;OMPI_COMM_WORLD_LOCAL_RANK=0", 1, 4, 0)]
    [InlineData("PMI_RANK=3;PMI_SIZE=8", 3, 8, 0)]
    [InlineData("PMIX_RANK=2;SLURM_STEP_NUM_TASKS=4;SLURM_LOCALID=1", 2, 4, 1)]
    public void Detect_StartedByMpirunOrAScheduler_SaysWhichRank(string environment, int rank, int size, int local)
    {
        var variables = environment.Split(';').Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Equal(new RankPlace(rank, size, local), RankPlace.Detect(variables.GetValueOrDefault));
    }

    [Theory]
    [InlineData("")]
    [InlineData("SLURM_PROCID=0;SLURM_NTASKS=4")]
    [InlineData("OMPI_COMM_WORLD_RANK=4;OMPI_COMM_WORLD_SIZE=4")]
    public void Detect_StartedAlone_FindsNothing(string environment)
    {
        var variables = environment.Split(';', StringSplitOptions.RemoveEmptyEntries).Select(pair => pair.Split('=')).ToDictionary(pair => pair[0], pair => pair[1]);
        Assert.Null(RankPlace.Detect(variables.GetValueOrDefault));
    }

    [Fact]
    public void StartInfo_Arguments_KeepTheUsersAndSetFairThreads()
    {
        var launcher = new RankLauncher(new() { Ranks = 2, MpirunArguments = ["--hostfile", "my hosts"], Environment = new Dictionary<string, string> { ["A"] = "b" } });
        var start = launcher.StartInfo(new RankCommand("program", ["one", "two words"]), "/bin/mpirun");
        Assert.Equal(["-n", "2", "--hostfile", "my hosts", "program", "one", "two words"], start.ArgumentList.TakeLast(7));
        Assert.Equal(("b", "1"), (start.Environment["A"], start.Environment[RankStop.Variable]));
        Assert.True(int.Parse(start.Environment["OMP_NUM_THREADS"]!, System.Globalization.CultureInfo.InvariantCulture) >= 1);
    }

    [Theory]
    [InlineData("mpirun noticed that process rank 1 with PID 77 on node x exited on signal 9 (Killed).", 1, "Rank 1 of 2 was ended by signal 9 (Killed)")]
    [InlineData("mpirun detected that one or more processes exited with non-zero status, thus causing\nthe job to be terminated. The first process to do so was:\n\n  Process name: [[12844,1],0]\n  Exit code:    3", 0, "Rank 0 of 2 ended with exit code 3")]
    [InlineData("mpirun has exited due to process rank 1 with PID 0 on\nnode x exiting improperly. There are three reasons this could occur:", 1, "Rank 1 of 2 ended in the middle")]
    [InlineData("mpirun was unable to launch the specified application as it could not find an executable:", null, "could not find an executable")]
    public void Outcome_MpirunsReport_SaysWhoFailed(string text, int? rank, string expected)
    {
        using var errors = new StringWriter();
        var report = new MpirunReport(errors);
        var rule = new string('-', 74);
        foreach (var line in (string[])["own words", rule, .. text.Split('\n'), rule, "--------", "more"])
        {
            report.Add(line);
        }

        var outcome = report.Outcome(1, 2);
        Assert.Equal((rank, false), (outcome.FailedRank, outcome.Succeeded));
        Assert.Contains(expected, outcome.Failure, StringComparison.Ordinal);
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

    private sealed class ScaledTerm : nn.Module, ILossTerm
    {
        private readonly TorchSharp.Modules.Parameter _scale = new(ones(1));

        internal ScaledTerm()
            : base("scaled") => RegisterComponents();

        public string Name => "scaled";

        internal float Gradient => _scale.grad!.item<float>();

        public Tensor Compute(TrainingEmbeddings batch) => batch.Queries.sum().mul(_scale).squeeze();
    }
}
