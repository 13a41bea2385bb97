using CoVR.Cli.Commands.Embed;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Cli.Reporting;
using CoVR.Pages;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Search;

/// <summary>A folder whose pictures and videos can be asked for.</summary>
internal sealed class FolderSearch : IAsyncDisposable
{
    private readonly CommandHost _host;
    private readonly string _folder;
    private readonly string _store;
    private readonly IModelChoice _model;
    private readonly IReadOnlyList<MediaItem> _items;
    private readonly ServiceProvider _services;

    /// <summary>Lists the folder.</summary>
    /// <param name="host">The host.</param>
    /// <param name="folder">The folder.</param>
    /// <param name="model">The model.</param>
    /// <param name="store">Where embeddings are kept.</param>
    /// <param name="embedding">Batch, and whether files that could not be read in an earlier search are tried again.</param>
    /// <exception cref="CommandException">There is no picture or video.</exception>
    public FolderSearch(CommandHost host, string folder, IModelChoice model, string store, EmbeddingOptions embedding)
    {
        (_host, _folder, _store, _model) = (host, folder, store, model);
        _items = FolderGallery.List(folder);
        if (_items.Count == 0)
        {
            throw new CommandException($"{host.Shown(folder)} holds no picture and no video.");
        }

        var services = host.CreateServices();
        model.Use(services.AddCoVR().ShowDownloads(host))
            .UseFolderGallery(store)
            .Configure(options => options.Embedding = embedding);
        _services = services.BuildServiceProvider(validateScopes: true);
    }

    /// <summary>Embeds files that are not in the store yet.</summary>
    /// <returns>How many files cannot be searched.</returns>
    public async Task<int> EmbedAsync(CancellationToken cancellation)
    {
        RequirePlace();
        await LoadedModel.LoadAsync(_host, _services, _model.Title, cancellation);
        var known = await _services.GetRequiredService<IGallery>().CountAsync(cancellationToken: cancellation);
        if (known == 0)
        {
            _host.Say($"First search of {_host.Shown(_folder)}: embedding {_items.Count} files into {_host.Shown(_store)}");
        }

        var tally = new OutcomeTally();
        await _host.Report.RunAsync($"Embedding {_host.Shown(_folder)}", async progress =>
        {
            await foreach (var outcome in _services.GetRequiredService<IEmbeddingJob>().EmbedAsync(_items, progress.OfJob("files"), cancellation))
            {
                tally.Add(outcome);
            }
        });
        tally.Tell(_host, new MediaWork("", "files", _items, new Sink(_store, IsStore: true, IsGiven: true), PthTreeMedia.Videos), repeats: false);
        return tally.Failed;
    }

    /// <summary>Answers a query.</summary>
    public async Task<SearchAnswer> AskAsync(ComposedQuery query, int top, bool withReference, CancellationToken cancellation)
    {
        var here = _items.ToDictionary(item => item.Id, item => ((FileMedia)item.Source).Path);
        var reference = (query.Reference as FileMedia)?.Path;
        var gone = new HashSet<MediaId>();
        var candidates = 0;
        await foreach (var (id, _) in _services.GetRequiredService<IGallery>().ListAsync(null, cancellation))
        {
            // What was deleted since, and the reference itself.
            if (!here.TryGetValue(id, out var path) || (!withReference && path == reference))
            {
                gone.Add(id);
            }
            else
            {
                candidates++;
            }
        }

        var result = await _services.GetRequiredService<IComposedRetriever>().SearchAsync(query, new SearchOptions { Top = top, Exclude = gone }, cancellation);
        return new SearchAnswer(
            _folder, reference, query.Modification, candidates, [.. result.Hits.Select(hit => new FoundFile(hit.Rank, hit.Score, hit.Id.Value, here[hit.Id]))]);
    }

    /// <summary>Writes the answers with pictures.</summary>
    public Task WritePageAsync(string path, ComposedQuery query, SearchAnswer answer, CancellationToken cancellation)
    {
        var folder = Path.GetDirectoryName(path)!;
        return new HtmlReport(_services.GetRequiredKeyedService<IFrameReader>("")).WriteSearchAsync(
            path,
            query,
            [.. answer.Hits.Select(hit => new SearchPageItem(new SearchHit(new MediaId(hit.File), hit.Score, hit.Rank), hit.Path, Link(folder, hit.Path)))],
            $"The best of {answer.Candidates} pictures and videos in {Path.GetFileName(Path.TrimEndingDirectorySeparator(_folder))}, by {_model.Title}.",
            cancellation);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _services.DisposeAsync();

    // Better known before the model is loaded.
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
