using CoVR.Modeling.Layers;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Layers;

[Collection("torch")]
public sealed class BertDecodingTests : IDisposable
{
    private const int End = 3;

    private static readonly BertOptions Options = new() { VocabularySize = 30, Width = 24, Depth = 3, Heads = 3, FeedForwardWidth = 48, MaxPositions = 20 };

    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly BertModel _model;
    private readonly Tensor _visual;
    private readonly Tensor _ids = tensor(new long[] { 28, 5, 6, 7, 8, 9, 10, 11 }).unsqueeze(0);

    public BertDecodingTests()
    {
        _model = new BertModel(Options, visualWidth: 16);
        using var initializer = new WeightInitializer(7);
        _model.Initialize(initializer);
        foreach (var (name, parameter) in _model.named_parameters().Where(entry => entry.name.EndsWith("weight", StringComparison.Ordinal)))
        {
            using var noGrad = no_grad();
            parameter.mul_(name.Contains("LayerNorm", StringComparison.Ordinal) ? 1 : 8); // so that attention is far from uniform
        }

        _model.eval();
        using var generator = new Generator(3);
        _visual = empty([1, 5, 16]).normal_(0, 1, generator);
    }

    public void Dispose()
    {
        _scope.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void Decode_LaterTokensChange_LeavesEarlierOnes()
    {
        using var noGrad = no_grad();
        var other = _ids.clone();
        other.narrow(1, 5, 3).fill_(20);

        var (before, after) = (_model.Decode(_ids, _visual), _model.Decode(other, _visual));

        NumericAssert.Close(before.narrow(1, 0, 5), after.narrow(1, 0, 5), 1e-6, 0, "earlier tokens");
        Assert.True((before.narrow(1, 5, 3) - after.narrow(1, 5, 3)).abs().max().item<float>() > 0.01);
        Assert.True((before - _model.Decode(_ids, _visual * 2)).abs().max().item<float>() > 0.01);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Decode_InStepsWithACache_EqualsTheWholeText(int step)
    {
        using var noGrad = no_grad();
        using var cache = new KeyValueCache();
        List<Tensor> parts = [];
        for (var at = 0; at < 8; at += step)
        {
            parts.Add(_model.Decode(_ids.narrow(1, at, Math.Min(step, 8 - at)), _visual, cache));
        }

        NumericAssert.Close(_model.Decode(_ids, _visual), cat(parts, 1), 1e-5, 0, "hidden states");
        Assert.Equal(8, cache.Length);
    }

    [Fact]
    public void Generate_Greedily_TakesTheBestTokenOfTheWholeTextEachTime()
    {
        using var noGrad = no_grad();
        List<int> expected = [28, 5];
        while (expected.Count < 12)
        {
            var scores = Score(_model.Decode(tensor(expected.Select(id => (long)id).ToArray()).unsqueeze(0), _visual).select(1, -1));
            var best = scores[0].data<float>().Select((score, id) => (score, id)).Where(entry => entry.id != End || expected.Count >= 10).MaxBy(entry => entry.score).id;
            if (best == End)
            {
                break;
            }

            expected.Add(best);
        }

        Assert.Equal(expected[2..], _model.Generate(_visual, [28, 5], Score, End, least: 10, most: 12));
    }

    [Fact]
    public void Generate_EndAtOnce_WaitsForTheLeastLength()
    {
        var ids = _model.Generate(_visual, [28, 5], hidden =>
        {
            var scores = zeros(1, 30);
            scores.select(1, End).fill_(9);
            scores.select(1, 4).fill_(1);
            return scores;
        }, End, least: 6, most: 12);

        Assert.Equal([4, 4, 4, 4], ids);
    }

    private Tensor Score(Tensor hidden) => hidden.matmul(_model.Words.t());
}
