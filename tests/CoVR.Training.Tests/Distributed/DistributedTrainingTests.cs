using CoVR.Modeling;
using CoVR.TestSupport;
using CoVR.Training.Runs;
using CoVR.Training.Tests.Fakes;
using CoVR.Training.Tests.Steps;

namespace CoVR.Training.Tests.Distributed;

/// <summary>Ranks that mpirun starts train as one process does.</summary>
[Collection("torch")]
public sealed class DistributedTrainingTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task Run_TwoRanks_EqualsOneProcessWithTheirBatchesTogether()
    {
        string[] names = ["plain", "uneven", "cached"];
        var (failure, _, errors) = await MpiRun.RunAsync(2, [Out, .. names], Token);
        Assert.True(failure is null, failure?.Message + errors);
        foreach (var name in names)
        {
            var alone = await Alone(SharedRun.Of(name));
            foreach (var rank in new[] { 0, 1 })
            {
                var difference = GradCachePassTests.Largest(alone, Weights(name, rank));
                Assert.True(difference < 1e-5f, $"'{name}' on rank {rank} differs by {difference}.");
            }
        }

        Assert.Equal(SharedRun.Of("plain").Steps, File.ReadAllLines(Path.Combine(Out, "plain", "steps.csv")).Length - 1);
    }

    [Fact]
    public async Task Run_RankDiesAndResumes_EqualsTheUninterruptedRanksBitForBit()
    {
        var whole = _folder["whole"];
        var (uninterrupted, _, errors) = await MpiRun.RunAsync(2, [whole, "dropout"], Token);
        Assert.True(uninterrupted is null, uninterrupted?.Message + errors);

        var (killed, _, last) = await MpiRun.RunAsync(2, [Out, "dropout!8"], Token);
        Assert.True(killed?.FailedRank == 1, killed?.Message + last);
        Assert.Contains("signal 9", killed!.Message, StringComparison.Ordinal);
        Assert.Contains("run the same command again to resume", killed.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(Out, "dropout.rank0.bin")));

        var (resumed, _, more) = await MpiRun.RunAsync(2, [Out, "dropout"], Token);
        Assert.True(resumed is null, resumed?.Message + more);
        Assert.Equal(SharedRun.ReadWeights(Path.Combine(whole, "dropout.rank0.bin")), Weights("dropout", 0));
        Assert.Equal(Weights("dropout", 0), Weights("dropout", 1));
        var steps = File.ReadAllLines(Path.Combine(Out, "dropout", "steps.csv")).Skip(1).Select(row => row.Split(',')[1]);
        Assert.Equal(Enumerable.Range(1, SharedRun.Of("dropout").Steps).Select(step => $"{step}"), steps);

        using var encoder = new TinyEncoder(1, 0.1);
        var shared = SharedRun.Of("dropout");
        var refused = await Assert.ThrowsAsync<CheckpointException>(() =>
            new Trainer(shared.Options(Path.Combine(Out, "dropout"))).RunAsync(shared.Create(encoder, null), null, Token));
        Assert.Contains("ranks was '2' and is '1'", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Launcher_Cancelled_StopsAllRanksAfterTheirStepAndLeavesTheRunState()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(Token);
        var running = MpiRun.RunAsync(2, [Out, "endless"], stop.Token);
        var log = Path.Combine(Out, "endless", "steps.csv");
        await FileChanges.UntilAsync(() => running.IsCompleted || (File.Exists(log) && new FileInfo(log).Length >= 200), () => { }, Token);
        await stop.CancelAsync();
        var (stopped, output, errors) = await running;
        Assert.Equal(130, stopped?.ExitCode);
        Assert.Contains("rank 0 stopped", output, StringComparison.Ordinal);
        Assert.Contains("rank 1 stopped", output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Out, "endless", RunStateFile.FileName)), errors);
    }

    private string Out => _folder["run"];

    private float[] Weights(string name, int rank) => SharedRun.ReadWeights(Path.Combine(Out, $"{name}.rank{rank}.bin"));

    private static async Task<float[]> Alone(SharedRun shared)
    {
        using var encoder = new TinyEncoder(1, shared.Dropout, shared.Vectors);
        await new Trainer(shared.Options(null)).RunAsync(shared.Create(encoder, null), null, Token);
        return TinyRuns.Weights(encoder);
    }
}
