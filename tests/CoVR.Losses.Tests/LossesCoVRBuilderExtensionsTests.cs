using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Losses.Tests;

public sealed class LossesCoVRBuilderExtensionsTests
{
    [Fact]
    public void AddDefaultLosses_EmptyPipeline_IsHardNegativeNceBetweenQueryAndTarget()
    {
        using var services = Build(builder => builder.AddDefaultLosses());
        var loss = Assert.IsType<HardNegativeNceLoss>(services.GetRequiredService<IContrastiveLoss>());
        var term = Assert.Single(services.GetKeyedServices<WeightedLossTerm>(string.Empty));
        Assert.Equal((1, 0.5), (loss.Alpha, loss.Beta));
        Assert.Equal(("si_ti", 1), (term.Term.Name, term.Weight));
    }

    [Fact]
    public void AddLosses_BothTerms_HaveHalfTheWeightEach()
    {
        using var services = Build(builder => builder.AddLosses("cross_entropy", "si_ti+si_tc"));
        Assert.IsType<CrossEntropyContrastiveLoss>(services.GetRequiredService<IContrastiveLoss>());
        Assert.Equal(
            [("si_ti", 0.5), ("si_tc", 0.5)],
            services.GetKeyedServices<WeightedLossTerm>(string.Empty).Select(term => (term.Term.Name, term.Weight)));
    }

    [Fact]
    public void AddLosses_UnknownNames_ListsTheKnownOnes()
    {
        var loss = Assert.Throws<ArgumentException>(() => Build(builder => builder.AddLosses("triplet", "si_ti")));
        var terms = Assert.Throws<ArgumentException>(() => Build(builder => builder.AddLosses("hn_nce", "si_xx")));
        Assert.Contains("hn_nce, cross_entropy", loss.Message, StringComparison.Ordinal);
        Assert.Contains("si_ti, si_ti+si_tc", terms.Message, StringComparison.Ordinal);
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
