using CoVR.Losses;
using CoVR.TestSupport;
using CoVR.Training.Distributed;
using CoVR.Training.Tests.Fakes;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Distributed;

[Collection("torch")]
public sealed class CollectiveTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void ThreadRanks_EveryCall_GivesWhatTheContractSays(int size) => Assert.All(ThreadRanks.Run(size, CollectiveChecks.Run), Assert.True);

    [Fact]
    public async Task Mpi_EveryCall_GivesWhatTheContractSays()
    {
        var (failure, output, errors) = await MpiRun.RunAsync(3, [RankProcess.Collective], Token);
        Assert.True(failure is null, failure?.Message + errors);
        Assert.Equal(3, output.Split('\n').Count(line => line.EndsWith("of 3 passed", StringComparison.Ordinal)));
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
