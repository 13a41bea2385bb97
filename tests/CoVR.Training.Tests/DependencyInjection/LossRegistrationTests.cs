using CoVR.Losses;
using CoVR.Training.Steps;
using Microsoft.Extensions.DependencyInjection;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.DependencyInjection;

public sealed class LossRegistrationTests
{
    [Fact]
    public void UseContrastiveLoss_HardNegativeNce_HasTheNumbersOfThePapers()
    {
        using var services = Build(builder => builder.UseContrastiveLoss<HardNegativeNceLoss>().AddLossTerm<QueryToTargetTerm>());
        var loss = Assert.IsType<HardNegativeNceLoss>(services.GetRequiredService<IContrastiveLoss>());
        var term = Assert.Single(services.GetKeyedServices<WeightedLossTerm>(string.Empty));
        Assert.Equal((1, 0.5), (loss.Alpha, loss.Beta));
        Assert.Equal(("si_ti", 1), (term.Term.Name, term.Weight));
    }

    [Fact]
    public void AddLossTerm_BothTerms_KeepTheirWeightsAndShareTheLoss()
    {
        using var services = Build(builder => builder.UseContrastiveLoss<CrossEntropyContrastiveLoss>().AddLossTerm<QueryToTargetTerm>(0.5).AddLossTerm<QueryToCaptionTerm>(0.25));
        Assert.IsType<CrossEntropyContrastiveLoss>(services.GetRequiredService<IContrastiveLoss>());
        Assert.Equal(
            [("si_ti by cross entropy", 0.5), ("si_tc by cross entropy", 0.25)],
            services.GetKeyedServices<WeightedLossTerm>(string.Empty).Select(term => (term.Term.Describe(), term.Weight)));
    }

    [Fact]
    public void AddLossTerm_Twice_KeepsBothWithWeightsAndThePipelinesLoss()
    {
        var builder = new Builder(new ServiceCollection(), "p");
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
        Assert.Throws<ArgumentOutOfRangeException>(() => new Builder(new ServiceCollection()).AddLossTerm<PlainTerm>(weight));

    private static ServiceProvider Build(Action<ICoVRBuilder> configure)
    {
        var builder = new Builder(new ServiceCollection());
        configure(builder);
        return builder.Services.BuildServiceProvider();
    }

    private sealed record Builder(IServiceCollection Services, string Name = "") : ICoVRBuilder;

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
