using System.Security.Cryptography;
using System.Text;
using CoVR.Cli.Commands.Embed;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Cli.Pages;
using CoVR.Cli.Reporting;
using CoVR.Embedding;
using CoVR.Embedding.Folders;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Search;

/// <summary>A folder whose pictures and videos can be searched.</summary>
internal sealed class FolderSearch : IAsyncDisposable
{
    private readonly CommandHost _host;
    private readonly FolderScan _scan;
    private readonly string _store;
    private readonly IModelChoice _model;
    private readonly ServiceProvider _services;
    private readonly bool _retry;

    private FolderSearch(CommandHost host, FolderScan scan, IModelChoice model, string store, EmbeddingOptions embedding, TimeSpan videoTimeout)
    {
        (_host, _scan, _store, _model, _retry) = (host, scan, store, model, embedding.RetryFailed);
        var services = host.CreateServices();
        model.Use(services.AddCoVR().ShowDownloads(host))
            .UseFolderGallery(store)
            .ConfigureMedia(media => media.Timeout = videoTimeout)
            .Configure(options => options.Embedding = embedding);
        _services = services.BuildServiceProvider(validateScopes: true);
    }

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
        CommandHost host, string folder, IModelChoice model, string? store, EmbeddingOptions embedding, TimeSpan videoTimeout, CancellationToken cancellation)
    {
        // A store chosen by the user may serve several folders.
        var scope = store is null ? "" : ScopeOf(folder);
        var scan = await host.Report.RunAsync($"Looking through {host.Shown(folder)}", _ => FolderScan.RunAsync(folder, scope, cancellation));
        return scan.Items.Count > 0
            ? new FolderSearch(host, scan, model, store ?? DefaultStore(folder, model), embedding, videoTimeout)
            : throw new CommandException($"{host.Shown(folder)} holds no picture and no video.{(scan.PassedOver.Count == 0 ? "" : $" Passed over: {scan.DescribePassedOver()}.")}");
    }

    /// <summary>Embeds new and changed files, and removes those that are gone.</summary>
    /// <returns>How many files cannot be searched.</returns>
    public async Task<int> EmbedAsync(CancellationToken cancellation)
    {
        RequirePlace();
        await LoadedModel.LoadAsync(_host, _services, _model.Title, cancellation);
        if (await Gallery.CountAsync(new GalleryFilter.InFolder(_scan.Scope), cancellation) == 0)
        {
            _host.Say($"First search of {_host.Shown(_scan.Folder)}: embedding {_scan.Items.Count} files into {_host.Shown(_store)}");
        }

        var synchronizer = new FolderSynchronizer(Gallery, _services.GetRequiredService<IEmbeddingJob>(), _host.Clock) { RetryFailed = _retry };
        var report = await _host.Report.RunAsync(
            $"Embedding {_host.Shown(_scan.Folder)}", progress => synchronizer.SynchronizeAsync(_scan, progress.OfJob("files"), cancellation));
        var summary = new OutcomeSummary();
        summary.Add(_scan, report);
        summary.Print(_host, new MediaWork("", "files", _scan.Items, new Sink(_store, IsStore: true, IsGiven: true)), repeats: false);
        _host.Say($"{_host.Shown(_scan.Folder)}: {report}");
        return summary.Failed;
    }

    /// <summary>Answers a query.</summary>
    public async Task<SearchAnswer> AskAsync(ComposedQuery query, int top, bool withReference, CancellationToken cancellation)
    {
        var paths = _scan.Items.ToDictionary(item => item.Id, item => item.Source.Path!);
        var reference = query.Reference?.Path;
        var filter = new GalleryFilter.InFolder(_scan.Scope);
        var excluded = new HashSet<MediaId>();
        await foreach (var (id, _) in Gallery.ListAsync(filter, cancellation))
        {
            // What the scan could not see, and the reference itself.
            if (!paths.TryGetValue(id, out var path) || (!withReference && path == reference))
            {
                excluded.Add(id);
            }
        }

        var options = new SearchOptions { Top = top, Filter = _scan.Scope.Length == 0 ? null : filter, Exclude = excluded };
        var result = await _services.GetRequiredService<IComposedRetriever>().SearchAsync(query, options, cancellation);
        return new SearchAnswer(
            _scan.Folder,
            reference,
            query.Modification,
            (int)result.Candidates,
            [.. result.Hits.Select(hit => new FoundFile(hit.Rank, hit.Score, _scan.RelativePath(hit.Id), paths[hit.Id]))]);
    }

    /// <summary>Writes the page of answers.</summary>
    public async Task WritePageAsync(string path, ComposedQuery query, SearchAnswer answer, CancellationToken cancellation)
    {
        var folder = Path.GetDirectoryName(path)!;
        var html = await new HtmlReport(_services.GetRequiredKeyedService<IFrameReader>("")).RenderSearchAsync(
            query,
            [.. answer.Hits.Select(hit => new SearchPageItem(new SearchHit(new MediaId(hit.File), hit.Score, hit.Rank), hit.Path, Link(folder, hit.Path)))],
            $"The best of {answer.Candidates} pictures and videos in {Path.GetFileName(Path.TrimEndingDirectorySeparator(_scan.Folder))}, by {_model.Title}.",
            cancellation);
        HtmlReport.Write(path, html);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    private static string ScopeOf(string folder)
    {
        var path = Path.TrimEndingDirectorySeparator(folder);
        return $"{Path.GetFileName(path)}-{System.Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(path)))[..8]}";
    }

    // Beside the folder, so that nothing is written into it; one store for each model, which are not compatible.
    private static string DefaultStore(string folder, IModelChoice model)
    {
        var name = string.Concat(model.Title.Replace(" with ", "_", StringComparison.Ordinal).Select(letter => char.IsLetterOrDigit(letter) || "-_+.".Contains(letter, StringComparison.Ordinal) ? letter : '-'));
        return Path.Combine(Path.TrimEndingDirectorySeparator(folder) + ".covr", name);
    }

    // Better reported before the model is loaded.
    private void RequirePlace()
    {
        try
        {
            Directory.CreateDirectory(_store);
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            throw new CommandException($"the embeddings cannot be kept in {_host.Shown(_store)}: {fault.Message} --store FOLDER keeps them elsewhere.");
        }
    }

    private static string Link(string folder, string path) =>
        string.Join('/', Path.GetRelativePath(folder, path).Split(Path.DirectorySeparatorChar).Select(Uri.EscapeDataString));
}
