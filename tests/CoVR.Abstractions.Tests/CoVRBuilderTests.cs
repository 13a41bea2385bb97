using Microsoft.Extensions.DependencyInjection;

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
}
