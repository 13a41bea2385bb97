using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Losses.Tests;

public sealed class RegistrationTests
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

    private static ServiceProvider Build(Action<ICoVRBuilder> configure)
    {
        var builder = new Builder(new ServiceCollection());
        configure(builder);
        return builder.Services.BuildServiceProvider();
    }

    private sealed record Builder(IServiceCollection Services) : ICoVRBuilder
    {
        public string Name => string.Empty;
    }
}
