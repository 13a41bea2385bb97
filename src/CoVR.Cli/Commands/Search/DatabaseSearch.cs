using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Modeling.Families;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Search;

/// <summary>Searches a gallery in PostgreSQL as it is; embedding jobs fill it.</summary>
internal static class DatabaseSearch
{
    /// <summary>Answers a query.</summary>
    public static async Task<SearchAnswer> AskAsync(CommandHost host, PostgresPlace place, IModelChoice model, ComposedQuery query, SearchOptions options, bool withReference, CancellationToken cancellation)
    {
        var services = host.CreateServices();
        place.UseFor(model.Use(services.AddCoVR().UseToolDefaults(host)), create: false);
        services.Configure<ModelOptions>(model => model.VisualEncoderOnDemand = true);
        await using var provider = services.BuildServiceProvider(validateScopes: true);
        await LoadedModel.LoadAsync(host, provider, model.Title, cancellation);
        var gallery = provider.GetRequiredService<IGallery>();

        // More, for the pictures and videos of the query themselves.
        var references = FolderSearch.FilesOf(query);
        var result = await provider.GetRequiredService<IComposedRetriever>().SearchAsync(query, options with { Top = options.Top + Math.Max(1, references.Count) }, cancellation);
        var sources = (await gallery.GetAsync([.. result.Hits.Select(hit => hit.Id)], cancellation)).ToDictionary(entry => entry.Id, entry => entry.Properties.Source);
        var hits = result.Hits.Where(hit => withReference || sources.GetValueOrDefault(hit.Id) is not { } source || !references.Contains(source)).Take(options.Top);
        if (result.SearchedShare < 1)
        {
            host.Warn(FormattableString.Invariant($"a server of the gallery is lost: {result.SearchedShare:P0} of it was searched."));
        }

        return new SearchAnswer(
            place.ToString(),
            query.Reference?.Path,
            query.Modification,
            (int)result.Candidates,
            [.. hits.Select((hit, at) => new FoundFile(at + 1, hit.Score, hit.Id.Value, sources.GetValueOrDefault(hit.Id) ?? hit.Id.Value) { Moment = FoundMoment.Of(hit) })]);
    }
}
