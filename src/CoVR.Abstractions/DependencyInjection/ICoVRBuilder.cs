using CoVR;
using CoVR.Data;
using CoVR.Modeling;
using Microsoft.Extensions.DependencyInjection.Extensions;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Composes one pipeline: <c>Use…</c> fills a slot (the last call wins), <c>Add…</c> appends to a set.</summary>
public interface ICoVRBuilder
{
    /// <summary>The pipeline's name, which is also the key of its services; empty for the default pipeline.</summary>
    string Name { get; }

    /// <summary>The host's services.</summary>
    IServiceCollection Services { get; }
}

/// <summary>Fills the slots of a pipeline. Built-in packages use these same methods.</summary>
public static class CoVRBuilderExtensions
{
    /// <summary>Fills the slot of <typeparamref name="TService"/>: a keyed singleton, and for the default pipeline an unkeyed one too.</summary>
    /// <typeparam name="TService">The contract.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <param name="factory">Creates the service from the provider and the pipeline's name; called once, when first needed.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder Use<TService>(this ICoVRBuilder builder, Func<IServiceProvider, string, TService> factory)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(factory);
        builder.Services.RemoveAllKeyed<TService>(builder.Name);
        builder.Services.AddKeyedSingleton(builder.Name, (services, key) => factory(services, (string)key!));
        if (builder.Name.Length == 0)
        {
            builder.Services.RemoveAll<TService>();
            builder.Services.AddSingleton(services => services.GetRequiredKeyedService<TService>(string.Empty));
        }

        return builder;
    }

    /// <summary>Fills a slot unless it is already filled.</summary>
    /// <typeparam name="TService">The contract.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <param name="factory">Creates the service.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder TryUse<TService>(this ICoVRBuilder builder, Func<IServiceProvider, string, TService> factory)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.Services.Any(service => service.ServiceType == typeof(TService) && builder.Name.Equals(service.ServiceKey))
            ? builder
            : builder.Use(factory);
    }

    /// <summary>Appends to the set of <typeparamref name="TService"/> of a pipeline.</summary>
    /// <typeparam name="TService">The contract.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <param name="factory">Creates the service.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder Add<TService>(this ICoVRBuilder builder, Func<IServiceProvider, string, TService> factory)
        where TService : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(factory);
        builder.Services.AddKeyedSingleton(builder.Name, (services, key) => factory(services, (string)key!));
        return builder;
    }

    /// <summary>Sets the model: encoder, tokenizer and preprocessing.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="load">Loads the model when it is first needed (<see cref="IModelProvider"/>); the container disposes it.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseModel(this ICoVRBuilder builder, Func<IServiceProvider, string, CancellationToken, ValueTask<ComposedModel>> load)
    {
        ArgumentNullException.ThrowIfNull(load);
        return builder.Use<IModelProvider>((services, name) => new ModelProvider(cancellationToken => load(services, name, cancellationToken)));
    }

    /// <summary>Sets a model that is created synchronously, on the thread of the first caller.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="factory">Creates the model when it is first needed; the container disposes it.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseModel(this ICoVRBuilder builder, Func<IServiceProvider, string, ComposedModel> factory)
    {
        ArgumentNullException.ThrowIfNull(factory);
        return builder.UseModel((services, name, _) => ValueTask.FromResult(factory(services, name)));
    }

    /// <summary>Sets a model that is already loaded.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="model">The model; the caller keeps ownership, and it must outlive the container.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseModel(this ICoVRBuilder builder, ComposedModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        return builder.Use<IModelProvider>((_, _) => new LoadedModelProvider(model));
    }

    /// <summary>Replaces the visual encoder of the pipeline's model family.</summary>
    /// <typeparam name="T">The encoder.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseVisualEncoder<T>(this ICoVRBuilder builder)
        where T : class, IVisualEncoder => builder.Use<IVisualEncoder>((services, _) => ActivatorUtilities.CreateInstance<T>(services));

    /// <summary>Replaces the fusion of the pipeline's model family.</summary>
    /// <typeparam name="T">The fusion.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseFusion<T>(this ICoVRBuilder builder)
        where T : class, IFusionModule => builder.Use<IFusionModule>((services, _) => ActivatorUtilities.CreateInstance<T>(services));

    /// <summary>Replaces the gallery; its constructor parameters are resolved from the container.</summary>
    /// <typeparam name="T">The gallery.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseGallery<T>(this ICoVRBuilder builder)
        where T : class, IGallery => builder.Use<IGallery>((services, _) => ActivatorUtilities.CreateInstance<T>(services));

    /// <summary>Replaces how queries of several parts become one embedding.</summary>
    /// <typeparam name="T">The combiner.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseQueryCombiner<T>(this ICoVRBuilder builder)
        where T : class, IQueryCombiner => builder.Use<IQueryCombiner>((services, _) => ActivatorUtilities.CreateInstance<T>(services));

    /// <summary>Lets a reranker score the best hits of every search again.</summary>
    /// <typeparam name="T">The reranker.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseReranker<T>(this ICoVRBuilder builder)
        where T : class, IReranker => builder.Use<IReranker>((services, _) => ActivatorUtilities.CreateInstance<T>(services));

    /// <summary>Replaces the image decoder.</summary>
    /// <typeparam name="T">The decoder.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseImageDecoder<T>(this ICoVRBuilder builder)
        where T : class, IImageDecoder => builder.Use<IImageDecoder>((services, _) => ActivatorUtilities.CreateInstance<T>(services));

    /// <summary>Replaces the frame reader.</summary>
    /// <typeparam name="T">The reader.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseFrameReader<T>(this ICoVRBuilder builder)
        where T : class, IFrameReader => builder.Use<IFrameReader>((services, _) => ActivatorUtilities.CreateInstance<T>(services));

    /// <summary>Adds a data set.</summary>
    /// <typeparam name="T">Its reader.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddDataset<T>(this ICoVRBuilder builder)
        where T : class, ITripletDatasetReader => builder.Add<ITripletDatasetReader>((services, _) => ActivatorUtilities.CreateInstance<T>(services));

    // Not the model itself: the container would dispose it.
    private sealed class LoadedModelProvider(ComposedModel model) : IModelProvider
    {
        public ValueTask<ComposedModel> GetAsync(CancellationToken cancellationToken = default) => ValueTask.FromResult(model);
    }
}
