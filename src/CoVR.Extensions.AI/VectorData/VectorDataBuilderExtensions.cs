using CoVR;
using CoVR.Data;
using CoVR.Extensions.AI.VectorData;
using CoVR.Media;
using Microsoft.Extensions.VectorData;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Connects a pipeline's gallery with vector stores, in both directions.</summary>
public static class VectorDataBuilderExtensions
{
    /// <summary>Keeps the gallery in a collection of the host's vector store.</summary>
    /// <remarks>
    /// The store is the <see cref="VectorStore"/> that is registered with the pipeline's name as the key, or else the one without a key; that of <see cref="AddVectorStore"/> is
    /// passed over. In a pipeline without data set, benchmark or training, pictures are read as people see them, unless <see cref="MediaOptions.Pictures"/> says otherwise.
    /// </remarks>
    /// <typeparam name="TKey">A key type of the store: <see cref="string"/>, <see cref="Guid"/>, <see cref="ulong"/>, <see cref="long"/>, <see cref="int"/>, or another one with a function.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <param name="collection">The collection's name; made when the gallery is first used.</param>
    /// <param name="configure">Changes keys, distance function and index; may be null.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseVectorStoreGallery<TKey>(this ICoVRBuilder builder, string collection, Action<VectorStoreGalleryOptions<TKey>>? configure = null)
        where TKey : notnull
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(collection);
        return builder.UseVectorStoreGallery(
            (services, definition) => StoreOf(services, builder.Name).GetCollection<TKey, GalleryRecord<TKey>>(collection, definition), configure);
    }

    /// <summary>Keeps the gallery in a collection that a function opens.</summary>
    /// <typeparam name="TKey">The type of its keys; see <see cref="VectorStoreGalleryOptions{TKey}.Key"/>.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <param name="open">Opens the collection with the definition that it is given; called at first use. The gallery disposes the collection.</param>
    /// <param name="configure">Changes keys, distance function and index; may be null.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseVectorStoreGallery<TKey>(
        this ICoVRBuilder builder,
        Func<IServiceProvider, VectorStoreCollectionDefinition, VectorStoreCollection<TKey, GalleryRecord<TKey>>> open,
        Action<VectorStoreGalleryOptions<TKey>>? configure = null)
        where TKey : notnull
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(open);
        VectorStoreGalleryOptions<TKey> options = new();
        configure?.Invoke(options);
        OptionsFaults.ThrowIfAny(options);
        builder.Services.PostConfigure<MediaOptions>(builder.Name, media => media.Pictures ??= HasDataset(builder) ? PictureReading.AsPillow : PictureReading.AsSeen);
        return builder.UseGallery((services, fingerprint) => new VectorStoreGallery<TKey>(
            open(services, RecordDefinition.Of(fingerprint.Dimensions, options)),
            fingerprint,
            services.GetRequiredKeyedService<ISimilarity>(builder.Name),
            services.GetRequiredKeyedService<IFramePooling>(builder.Name),
            options));
    }

    /// <summary>Offers the pipeline's gallery as a <see cref="VectorStore"/>, with the pipeline's name as its key; that of the default pipeline also without one.</summary>
    /// <remarks>
    /// <para>A collection is a folder of the gallery: <c>photos</c> holds the items whose identities begin with <c>photos/</c>, <c>/</c> holds all of them. The rest of the
    /// identity is the key: <see cref="string"/>, <see cref="Guid"/>, <see cref="int"/>, <see cref="long"/> or <see cref="ulong"/>.</para>
    /// <para>A record's data properties named as those of <see cref="GalleryProperties"/> are these; others are kept in <see cref="GalleryProperties.Metadata"/>. A record may go
    /// without a vector, to read and change what an embedding job has stored, and may carry a picture or video as <c>DataContent</c>, which the pipeline embeds.</para>
    /// </remarks>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddVectorStore(this ICoVRBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        var name = builder.Name;
        builder.Services.AddKeyedSingleton(name, (services, _) => new GalleryVectorStore(new GalleryParts(
            name,
            services.GetRequiredKeyedService<IGallery>(name),
            services.GetRequiredKeyedService<IComposedRetriever>(name),
            services.GetRequiredKeyedService<IEmbeddingJob>(name))));
        builder.Services.AddKeyedSingleton<VectorStore>(name, (services, _) => services.GetRequiredKeyedService<GalleryVectorStore>(name));
        if (name.Length == 0)
        {
            builder.Services.AddSingleton(services => services.GetRequiredKeyedService<VectorStore>(name));
        }

        return builder;
    }

    /// <summary>Offers a folder of the pipeline's gallery as a collection of records, as <see cref="AddVectorStore"/> describes, and as what can be searched for them.</summary>
    /// <typeparam name="TKey">The type of the keys.</typeparam>
    /// <typeparam name="TRecord">The type of the records, with attributes or with a definition.</typeparam>
    /// <param name="builder">The pipeline.</param>
    /// <param name="collection">The folder; <c>/</c> for the whole gallery.</param>
    /// <param name="definition">The properties of the records; null where attributes say all.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddVectorStoreCollection<TKey, TRecord>(this ICoVRBuilder builder, string collection, VectorStoreCollectionDefinition? definition = null)
        where TKey : notnull
        where TRecord : class
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentException.ThrowIfNullOrWhiteSpace(collection);
        if (!builder.Services.Any(service => service.ServiceType == typeof(GalleryVectorStore) && builder.Name.Equals(service.ServiceKey)))
        {
            builder.AddVectorStore();
        }

        Add(services => services.GetRequiredKeyedService<GalleryVectorStore>(builder.Name).GetCollection<TKey, TRecord>(collection, definition));
        Add<IVectorSearchable<TRecord>>(CollectionOf);
        Add(services => (IKeywordHybridSearchable<TRecord>)CollectionOf(services));
        return builder;

        VectorStoreCollection<TKey, TRecord> CollectionOf(IServiceProvider services) => services.GetRequiredKeyedService<VectorStoreCollection<TKey, TRecord>>(builder.Name);

        void Add<TService>(Func<IServiceProvider, TService> factory)
            where TService : class
        {
            builder.Services.AddKeyedSingleton(builder.Name, (services, _) => factory(services));
            if (builder.Name.Length == 0)
            {
                builder.Services.AddSingleton(services => services.GetRequiredKeyedService<TService>(builder.Name));
            }
        }
    }

    private static bool HasDataset(ICoVRBuilder builder) =>
        builder.Services.Any(service => service.ServiceType == typeof(ITripletDatasetReader) && builder.Name.Equals(service.ServiceKey));

    // The pipeline's own store would keep the gallery in itself.
    private static VectorStore StoreOf(IServiceProvider services, string name) =>
        services.GetServices<VectorStore>().Concat(services.GetKeyedServices<VectorStore>(name)).LastOrDefault(store => store is not GalleryVectorStore) ?? throw new InvalidOperationException(
            $"CoVR pipeline '{name}' keeps its gallery in a vector store, and none is registered. Add one, such as by a connector's Add…VectorStore method, or pass a function that opens the collection.");
}
