using System.Security.Claims;
using CoVR.AspNetCore.Files;
using CoVR.AspNetCore.Index;
using CoVR.AspNetCore.Safety;
using CoVR.Evaluation;
using CoVR.Media;
using CoVR.Retrieval;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace CoVR.AspNetCore;

/// <summary>What the endpoints of one pipeline share.</summary>
internal sealed class WebPipeline : IDisposable
{
    private const int MostIdLetters = 4096;
    private const int KeptQueries = 1024;

    private readonly IServiceProvider _services;
    private readonly Lazy<Thumbnails> _thumbnails;

    public WebPipeline(IServiceProvider services, string name)
    {
        (_services, Name, Time) = (services, name, services.GetRequiredService<TimeProvider>());
        Options = services.GetRequiredService<IOptionsMonitor<CoVRWebOptions>>().Get(name);
        (Index, Limits, Uploads) = (new IndexState(Time), new WorkLimits(Options), new UploadStore(Options, Time));
        _thumbnails = new Lazy<Thumbnails>(() => new Thumbnails(new ThumbnailCache(Options), Limits));
        Decoder = new UploadDecoder(Options, services.GetRequiredService<IOptionsMonitor<MediaOptions>>().Get(name), services.GetRequiredKeyedService<IImageDecoder>(name));
    }

    public string Name { get; }

    public TimeProvider Time { get; }

    public CoVRWebOptions Options { get; }

    public IndexState Index { get; }

    public WorkLimits Limits { get; }

    public UploadStore Uploads { get; }

    public UploadDecoder Decoder { get; }

    public Thumbnails Thumbnails => _thumbnails.Value;

    /// <summary>The embeddings of recent queries.</summary>
    public BoundedStore<EmbeddingSet> Queries { get; } = new(KeptQueries);

    public ISimilarity Similarity => _services.GetRequiredKeyedService<ISimilarity>(Name);

    /// <summary>A service of a pipeline's endpoints.</summary>
    /// <exception cref="InvalidOperationException">The pipeline has none.</exception>
    public static T Require<T>(IServiceProvider services, string pipeline)
        where T : class => services.GetKeyedService<T>(pipeline)
        ?? throw new InvalidOperationException($"CoVR pipeline '{pipeline}' has no endpoints. Call AddWeb() on the builder that AddCoVR({(pipeline.Length == 0 ? "" : $"\"{pipeline}\"")}) returns.");

    /// <summary>Loads the model if it is not.</summary>
    public ValueTask<RetrievalPipeline> LoadAsync(CancellationToken cancellationToken) =>
        _services.GetRequiredKeyedService<Evaluator>(Name).GetPipelineAsync(cancellationToken);

    /// <summary>The pipeline, for requests that do not wait for the model.</summary>
    /// <exception cref="ApiException">The model is not loaded yet.</exception>
    public ValueTask<RetrievalPipeline> GetAsync(CancellationToken cancellationToken)
    {
        Index.RequireModel();
        return LoadAsync(cancellationToken);
    }

    /// <summary>The items that exist for a caller; null for all.</summary>
    public async ValueTask<GalleryFilter?> ScopeOfAsync(ClaimsPrincipal user, CancellationToken cancellationToken) =>
        (_services.GetKeyedService<IGalleryScope>(Name) ?? (Name.Length == 0 ? _services.GetService<IGalleryScope>() : null)) is { } scope
            ? await scope.GetFilterAsync(user, cancellationToken).ConfigureAwait(false)
            : null;

    /// <summary>Finds an item that exists for a caller.</summary>
    /// <exception cref="ApiException">There is none.</exception>
    public async Task<GalleryEntry> FindAsync(ClaimsPrincipal user, string id, CancellationToken cancellationToken)
    {
        var pipeline = await GetAsync(cancellationToken).ConfigureAwait(false);
        if (string.IsNullOrWhiteSpace(id) || id.Length > MostIdLetters || id.Contains('\0'))
        {
            throw ApiException.UnknownItem();
        }

        var scope = await ScopeOfAsync(user, cancellationToken).ConfigureAwait(false);
        return await pipeline.Gallery.GetAsync([new MediaId(id)], cancellationToken).ConfigureAwait(false) is [var entry] && (scope is null || scope.Matches(new GalleryItem(entry.Id, entry.Properties)))
            ? entry
            : throw ApiException.UnknownItem();
    }

    public void Dispose() => Limits.Dispose();
}
