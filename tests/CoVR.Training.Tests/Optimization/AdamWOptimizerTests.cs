using CoVR.TestSupport;
using CoVR.Training.Optimization;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Optimization;

[Collection("torch")]
public sealed class AdamWOptimizerTests
{
    public AdamWOptimizerTests() => TorchEnvironment.Prepare();

    [Fact]
    public void Step_ParameterWithoutGradient_NeitherDecaysNorCounts()
    {
        using var scope = NewDisposeScope();
        var (with, without) = (new Parameter(ones(2)), new Parameter(ones(2)));
        using var optimizer = Create(("with", with), ("without", without));
        with.grad = ones(2);
        optimizer.Step();
        Assert.Equal([1, 1], without.data<float>().ToArray());
        Assert.NotEqual(1, with[0].item<float>());
        Assert.Equal(["with.exp_avg", "with.exp_avg_sq", "with.step"], optimizer.State().Keys);
    }

    [Fact]
    public void Step_ZeroGradient_StillDecays()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones(1));
        using var optimizer = Create(("p", parameter));
        parameter.grad = zeros(1);
        optimizer.Step();
        Assert.Equal(1 - (1e-3f * 0.05f), parameter.item<float>(), 1e-7f);
    }

    [Fact]
    public void Step_DecayOfMatricesOnly_LeavesBiasesAndNorms()
    {
        using var scope = NewDisposeScope();
        var (matrix, bias) = (new Parameter(ones(2, 2)), new Parameter(ones(2)));
        using var optimizer = new AdamWOptimizer(
            [KeyValuePair.Create("matrix", matrix), KeyValuePair.Create("bias", bias)], new AdamWOptions { DecayBiasesAndNorms = false });
        (matrix.grad, bias.grad) = (zeros(2, 2), zeros(2));
        optimizer.Step();
        Assert.All(matrix.data<float>().ToArray(), value => Assert.Equal(1 - (1e-3f * 0.05f), value, 1e-7f));
        Assert.Equal([1, 1], bias.data<float>().ToArray());
    }

    [Fact]
    public void Load_StateOfAnotherOptimizer_ContinuesBitForBit()
    {
        using var scope = NewDisposeScope();
        var one = new Parameter(arange(6).to(float32));
        using var first = Create(("p", one));
        Steps(first, one, 0, 3);
        var two = new Parameter(one.detach().clone());
        using var second = Create(("p", two));
        second.Load(first.State());
        Steps(first, one, 3, 6);
        Steps(second, two, 3, 6);
        Assert.Equal(one.data<float>().ToArray(), two.data<float>().ToArray());
    }

    [Fact]
    public void Load_StateThatDoesNotFit_NamesEveryFault()
    {
        using var scope = NewDisposeScope();
        using var optimizer = Create(("p", new Parameter(ones(2))), ("q", new Parameter(ones(3))));
        var error = Assert.Throws<ArgumentException>(() => optimizer.Load(new Dictionary<string, Tensor>
        {
            ["p.exp_avg"] = ones(5),
            ["p.exp_avg_sq"] = ones(2),
            ["p.step"] = ones(1),
            ["q.step"] = ones(1),
            ["z.step"] = ones(1),
        }));
        Assert.Contains("z.step belongs to no parameter", error.Message, StringComparison.Ordinal);
        Assert.Contains("p.exp_avg is [5] instead of [2]", error.Message, StringComparison.Ordinal);
        Assert.Contains("q has only q.step", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void ClipGradients_LargeGradients_AreScaledTogether()
    {
        using var scope = NewDisposeScope();
        var (a, b) = (new Parameter(ones(1)), new Parameter(ones(1)));
        using var optimizer = Create(("a", a), ("b", b));
        (a.grad, b.grad) = (tensor([3f]), tensor([4f]));
        Assert.Equal(5, optimizer.ClipGradients(1), 1e-6);
        Assert.Equal(0.6f, a.grad!.item<float>(), 1e-5f);
        Assert.Equal(0.8f, b.grad!.item<float>(), 1e-5f);
        Assert.Equal(1, optimizer.ClipGradients(10), 1e-5);
        Assert.Equal(0.6f, a.grad!.item<float>(), 1e-5f);
    }

    [Fact]
    public void ZeroGrad_AfterAStep_LeavesNoGradient()
    {
        using var scope = NewDisposeScope();
        var parameter = new Parameter(ones(1));
        using var optimizer = Create(("p", parameter));
        parameter.grad = ones(1);
        optimizer.ZeroGrad();
        Assert.Null(parameter.grad);
    }

    [Fact]
    public void Constructor_NothingToTrain_SaysSo()
    {
        var error = Assert.Throws<ArgumentException>(() => new AdamWOptimizer([]));
        Assert.Contains("frozen", error.Message, StringComparison.Ordinal);
    }

    private static void Steps(AdamWOptimizer optimizer, Parameter parameter, int from, int to)
    {
        for (var step = from; step < to; step++)
        {
            parameter.grad = (arange(6).to(float32) - step) * 0.3f;
            optimizer.LearningRate = 0.1 / (step + 1);
            optimizer.Step();
        }
    }

    private static AdamWOptimizer Create(params (string Name, Parameter Parameter)[] parameters) =>
        new(parameters.Select(named => KeyValuePair.Create(named.Name, named.Parameter)));
}
