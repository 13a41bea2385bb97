using CoVR.Losses;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Abstractions.Tests;

public sealed class CoVRBuilderTests
{
    [Fact]
    public void Use_CalledTwice_LastWinsKeyedAndUnkeyed()
    {
        var builder = new Builder("");
        builder.Use<ISimilarity>((_, _) => new Fixed("first")).Use<ISimilarity>((_, _) => new Fixed("second"));
        using var services = builder.Services.BuildServiceProvider();
        Assert.Equal("second", services.GetRequiredService<ISimilarity>().Name);
        Assert.Same(services.GetRequiredService<ISimilarity>(), services.GetRequiredKeyedService<ISimilarity>(""));
        Assert.Single(services.GetKeyedServices<ISimilarity>(""));
    }

    [Fact]
    public void TryUse_OfAFilledSlot_ChangesNothing()
    {
        var builder = new Builder("");
        builder.Use<ISimilarity>((_, _) => new Fixed("mine")).TryUse<ISimilarity>((_, _) => new Fixed("default"));
        using var services = builder.Services.BuildServiceProvider();
        Assert.Equal("mine", services.GetRequiredService<ISimilarity>().Name);
    }

    [Fact]
    public void Use_InTwoPipelines_KeepsThemApart()
    {
        var first = new Builder("a");
        var second = new Builder("b", first.Services);
        first.Use<ISimilarity>((_, name) => new Fixed(name));
        second.Use<ISimilarity>((_, name) => new Fixed(name));
        using var services = first.Services.BuildServiceProvider();
        Assert.Equal("a", services.GetRequiredKeyedService<ISimilarity>("a").Name);
        Assert.Equal("b", services.GetRequiredKeyedService<ISimilarity>("b").Name);
        Assert.Null(services.GetService<ISimilarity>());
    }

    [Fact]
    public void AddLossTerm_Twice_KeepsBothWithWeightsAndThePipelinesLoss()
    {
        var builder = new Builder("p");
        builder.UseContrastiveLoss<SumLoss>().AddLossTerm<TermWithLoss>(0.5).AddLossTerm<PlainTerm>();
        using var services = builder.Services.BuildServiceProvider();
        var terms = services.GetKeyedServices<WeightedLossTerm>("p").ToArray();
        Assert.Equal([("with", 0.5), ("plain", 1.0)], terms.Select(term => (term.Term.Name, term.Weight)));
        Assert.Same(services.GetRequiredKeyedService<IContrastiveLoss>("p"), Assert.IsType<TermWithLoss>(terms[0].Term).Loss);
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(double.NaN)]
    [InlineData(double.PositiveInfinity)]
    public void AddLossTerm_WithAnImpossibleWeight_IsRefused(double weight) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new Builder("").AddLossTerm<PlainTerm>(weight));

    private sealed class Builder(string name, IServiceCollection? services = null) : ICoVRBuilder
    {
        public string Name => name;

        public IServiceCollection Services { get; } = services ?? new ServiceCollection();
    }

    private sealed class Fixed(string name) : ISimilarity
    {
        public string Name => name;

        public float Score(EmbeddingSet query, EmbeddingSet candidate) => 0;
    }

    private sealed class SumLoss : IContrastiveLoss
    {
        public Tensor Compute(Tensor logits) => logits.sum();
    }

    private sealed class TermWithLoss(IContrastiveLoss loss) : ILossTerm
    {
        public IContrastiveLoss Loss { get; } = loss;

        public string Name => "with";

        public Tensor Compute(TrainingEmbeddings batch) => Loss.Compute(batch.Queries);
    }

    private sealed class PlainTerm : ILossTerm
    {
        public string Name => "plain";

        public Tensor Compute(TrainingEmbeddings batch) => batch.Queries.sum();
    }
}
