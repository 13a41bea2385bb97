using CoVR.Cli.Commands.Embed;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Cli.Pages;
using CoVR.Cli.Reporting;
using CoVR.Embedding;
using CoVR.Embedding.Folders;
using CoVR.Modeling.Families;
using CoVR.Modeling.Native;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Search;

/// <summary>A folder whose pictures and videos can be searched.</summary>
internal sealed class FolderSearch : IAsyncDisposable
{
    private readonly CommandHost _host;
    private readonly FolderScan _scan;
    private readonly Sink _store;
    private readonly IModelChoice _model;
    private readonly ServiceProvider _services;
    private readonly bool _retry;

    private FolderSearch(CommandHost host, FolderScan scan, IModelChoice model, Sink store, EmbeddingOptions embedding, TimeSpan videoTimeout)
    {
        (_host, _scan, _store, _model, _retry) = (host, scan, store, model, embedding.RetryFailed);
        var services = host.CreateServices();
        store.UseFor(model.Use(services.AddCoVR().UseToolDefaults(host)), pictures: false)
            .ConfigureMedia(media => media.Timeout = videoTimeout)
            .Configure(options => options.Embedding = embedding);

        // Most questions have no picture, and most searches find nothing new to embed.
        services.Configure<ModelOptions>(model => model.VisualEncoderOnDemand = true);
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    /// <summary>Whether coordinates are kept with embeddings.</summary>
    public bool StoresLocations { get; set; }

    private IGallery Gallery => _services.GetRequiredService<IGallery>();

    /// <summary>Scans the folder.</summary>
    /// <param name="host">The host.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="model">The model.</param>
    /// <param name="store">Where embeddings are kept; null for the folder's default store.</param>
    /// <param name="embedding">Batch, and whether files that could not be read in an earlier search are tried again.</param>
    /// <param name="videoTimeout">How long the decoding of a video may take.</param>
    /// <param name="cancellation">Ends the scan.</param>
    /// <exception cref="CommandException">There is no picture or video.</exception>
    public static async Task<FolderSearch> OpenAsync(
        CommandHost host, string folder, IModelChoice model, Sink? store, EmbeddingOptions embedding, TimeSpan videoTimeout, CancellationToken cancellation)
    {
        // A store chosen by the user may serve several folders.
        var scope = store is null ? "" : FolderStores.ScopeOf(folder);
        var scanning = FolderScan.RunAsync(folder, scope, MagickCoVRBuilderExtensions.CreateDecoder(), cancellation);

        // Meanwhile libtorch is loaded; a fault shows when the model is.
        _ = Task.Run(() => NativeTorch.EnsureLoaded(), CancellationToken.None);
        var scan = await host.Report.RunAsync($"Scanning {host.Shown(folder)}", _ => scanning);
        return scan.Items.Count > 0
            ? new FolderSearch(host, scan, model, store ?? new Sink(FolderStores.Beside(folder, model), IsStore: true, IsGiven: false), embedding, videoTimeout)
            : throw new CommandException($"{host.Shown(folder)} holds no pictures or videos.{(scan.PassedOver.Count == 0 ? "" : $" Passed over: {scan.DescribePassedOver()}.")}");
    }

    /// <summary>Embeds new and changed files, and removes those that are gone.</summary>
    /// <returns>How many files cannot be searched.</returns>
    public async Task<int> EmbedAsync(CancellationToken cancellation)
    {
        FolderStores.RequirePlace(_host, _store);
        await LoadedModel.LoadAsync(_host, _services, _model.Title, cancellation);
        if (await Gallery.CountAsync(_scan.Scope.Length == 0 ? null : new GalleryFilter.InFolder(_scan.Scope), cancellation) == 0)
        {
            _host.Say($"First search of {_host.Shown(_scan.Folder)}: embedding {_scan.Items.Count} files into {_store.Shown(_host)}");
        }

        var synchronizer = new FolderSynchronizer(Gallery, _services.GetRequiredService<IEmbeddingJob>(), _host.Clock) { RetryFailed = _retry, StoresLocations = StoresLocations };
        var report = await _host.Report.RunAsync(
            $"Embedding {_host.Shown(_scan.Folder)}", progress => synchronizer.SynchronizeAsync(_scan, progress.OfJob("files"), cancellation));
        var summary = new OutcomeSummary();
        summary.Add(_scan, report);
        summary.Print(_host, new MediaWork("", "files", _scan.Items, _store), repeats: false);
        _host.Say($"{_host.Shown(_scan.Folder)}: {report}");
        return summary.Failed;
    }

    /// <summary>Answers a query.</summary>
    public async Task<SearchAnswer> AskAsync(ComposedQuery query, int top, IReadOnlyList<GalleryFilter> filters, bool withReference, CancellationToken cancellation)
    {
        var paths = _scan.Items.ToDictionary(item => item.Id.Value, item => item.Source.Path!, StringComparer.Ordinal);
        var references = FilesOf(query);
        var filter = _scan.Scope.Length == 0 && filters.Count == 0 ? null : new GalleryFilter.All([new GalleryFilter.InFolder(_scan.Scope), .. filters]);
        var excluded = new HashSet<MediaId>();
        await foreach (var (id, _) in Gallery.ListAsync(filter, cancellation))
        {
            // What the scan could not see, and the pictures and videos of the query themselves.
            if (!paths.TryGetValue(id.Value, out var path) || (!withReference && references.Contains(path)))
            {
                excluded.Add(id);
            }
        }

        var options = new SearchOptions { Top = top, Filter = filter, Exclude = excluded };
        var result = await _services.GetRequiredService<IComposedRetriever>().SearchAsync(query, options, cancellation);
        return new SearchAnswer(
            _scan.Folder,
            query.Reference?.Path,
            query.Modification,
            (int)result.Candidates,
            [.. result.Hits.Select(hit => new FoundFile(hit.Rank, hit.Score, _scan.RelativePath(hit.Id), paths[hit.Id.Value]) { Moment = FoundMoment.Of(hit) })]);
    }

    /// <summary>The files of a query's parts, which are no answers to it.</summary>
    internal static HashSet<string> FilesOf(ComposedQuery query) => [.. query.Turns.SelectMany(turn => turn.Parts).Select(part => part.Media?.Path).OfType<string>()];

    /// <summary>Writes the page of answers.</summary>
    public async Task WritePageAsync(string path, ComposedQuery query, SearchAnswer answer, CancellationToken cancellation)
    {
        var folder = Path.GetDirectoryName(path)!;
        var html = await new HtmlReport(_services.GetRequiredKeyedService<IFrameReader>("")).RenderSearchAsync(
            query,
            answer.Query,
            [.. answer.Hits.Select(hit => new SearchPageItem(new SearchHit(new MediaId(hit.File), hit.Score, hit.Rank), hit.Path, Link(folder, hit)) { Moment = hit.Moment?.ToString() })],
            $"The best matches of {answer.Candidates} pictures and videos in {Path.GetFileName(Path.TrimEndingDirectorySeparator(_scan.Folder))}, by {_model.Title}.",
            cancellation);
        HtmlReport.Write(path, html);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    // A browser plays a video from its moment.
    private static string Link(string folder, FoundFile hit) =>
        string.Join('/', Path.GetRelativePath(folder, hit.Path).Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString))
            + (hit.Moment is { } moment ? FormattableString.Invariant($"#t={moment.Start},{moment.End}") : "");
}
