using CoVR.Modeling;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.TestSupport;

/// <summary>Models for tests that have nothing to wait for: no weights are downloaded.</summary>
public static class TestModels
{
    /// <summary>The model of a pipeline.</summary>
    /// <param name="services">The container, which disposes it.</param>
    /// <param name="pipeline">The pipeline's name.</param>
    public static ComposedModel Model(this IServiceProvider services, string pipeline = "") =>
        services.GetRequiredKeyedService<IModelProvider>(pipeline).GetAsync().AsTask().GetAwaiter().GetResult();

    /// <summary>A model without a container.</summary>
    /// <param name="use">Fills the model slot, for example by <c>UseBlip</c>.</param>
    /// <returns>The model; the caller disposes it.</returns>
    public static ComposedModel Create(Action<ICoVRBuilder> use)
    {
        var builder = new Builder(string.Empty, new ServiceCollection());
        use(builder);
        return builder.Services.BuildServiceProvider().Model();
    }

    private sealed record Builder(string Name, IServiceCollection Services) : ICoVRBuilder;
}
