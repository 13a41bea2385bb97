using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Text.Json;
using CoVR.AspNetCore.Safety;
using CoVR.AspNetCore.Search;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace CoVR.AspNetCore.Api;

/// <summary>The state of the index: once, as events, with facets and failures.</summary>
internal sealed class IndexEndpoints(WebPipeline web)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    // An unchanged state is repeated this often, so that a connection that is gone is noticed.
    private const int BeatsOfSilence = 15;

    public static void Map(RouteGroupBuilder api, WebPipeline web)
    {
        var index = new IndexEndpoints(web);
        api.MapGet("index", (Delegate)(async (HttpContext context) => ApiEndpoints.Answer(await index.StateAsync(context.User, context.RequestAborted).ConfigureAwait(false))))
            .Produces<IndexAnswer>().WithName("getIndex").WithSummary("The state of model and index.");
        api.MapGet("index/events", (Delegate)index.StreamAsync).Produces(200, contentType: "text/event-stream").WithName("watchIndex").WithSummary("The state of model and index whenever it changes.");
        api.MapGet("failures", index.FailuresAsync).Produces<IReadOnlyList<FailureView>>().WithName("listFailures").WithSummary("Files that could not be indexed.");
        api.MapGet("facets", index.FacetsAsync).Produces<Facets>().WithName("getFacets").WithSummary("Counts of kinds, folders, tags and times.");
    }

    private async Task<IndexAnswer> StateAsync(ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var state = web.Index;
        var (isRunning, done, total, failed) = state.Sum();
        if (state.Model is null)
        {
            return new IndexAnswer(state.HasFailed ? "failed" : "loading", new ModelState(null, state.HasFailed ? "failed" : "loading"), 0, 0, 0, 0, state.Updated);
        }

        var scope = await web.ScopeOfAsync(user, cancellationToken).ConfigureAwait(false);
        var gallery = (await web.GetAsync(cancellationToken).ConfigureAwait(false)).Gallery;
        var items = await gallery.CountAsync(scope, cancellationToken).ConfigureAwait(false);
        var model = new ModelState(state.Model, "ready");
        return scope is null // the others' progress is not the caller's
            ? new IndexAnswer(isRunning ? "indexing" : "ready", model, items, Math.Max(total, done), done, failed, state.Updated)
            : new IndexAnswer(isRunning ? "indexing" : "ready", model, items, items, items, 0, state.Updated);
    }

    private async Task StreamAsync(HttpContext context)
    {
        var ending = context.RequestServices.GetService<IHostApplicationLifetime>()?.ApplicationStopping ?? CancellationToken.None; // streams do not hold up the host's end
        using var either = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, ending);
        var stop = either.Token;
        using var place = await web.Limits.StreamAsync(stop).ConfigureAwait(false);
        (context.Response.ContentType, context.Response.Headers.CacheControl) = ("text/event-stream", "no-store");
        await foreach (var state in WatchAsync(context.User, stop).ConfigureAwait(false))
        {
            await context.Response.WriteAsync($"data: {JsonSerializer.Serialize(state, ApiEndpoints.Json)}\n\n", stop).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(stop).ConfigureAwait(false);
        }
    }

    private async IAsyncEnumerable<IndexAnswer> WatchAsync(ClaimsPrincipal user, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(Interval, web.Time);
        IndexAnswer? last = null;
        var silent = 0;
        do
        {
            var state = await StateAsync(user, cancellationToken).ConfigureAwait(false);
            if (state != last || ++silent >= BeatsOfSilence)
            {
                (last, silent) = (state, 0);
                yield return state;
            }
        }
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false));
    }

    private async Task<IResult> FailuresAsync(HttpContext context, int offset = 0, int top = 50)
    {
        SearchRequest.RequirePage(offset, top);
        var stop = context.RequestAborted;
        var gallery = (await web.GetAsync(stop).ConfigureAwait(false)).Gallery;
        var scope = await web.ScopeOfAsync(context.User, stop).ConfigureAwait(false);
        using var place = await web.Limits.SearchAsync(stop).ConfigureAwait(false);
        var failures = (await gallery.GetFailuresAsync(stop).ConfigureAwait(false)).Values.Where(failure => IsVisible(failure.Id, scope));
        return ApiEndpoints.Answer(failures.OrderBy(failure => failure.Id).Skip(offset).Take(top).Select(FailureView.Of).ToList());
    }

    private async Task<IResult> FacetsAsync(HttpContext context, [AsParameters] ItemFilter filter)
    {
        var stop = context.RequestAborted;
        var gallery = (await web.GetAsync(stop).ConfigureAwait(false)).Gallery;
        var scope = await web.ScopeOfAsync(context.User, stop).ConfigureAwait(false);
        using var place = await web.Limits.SearchAsync(stop).ConfigureAwait(false);
        return ApiEndpoints.Answer(await Facets.CountAsync(gallery.ListAsync(ItemFilter.Within(scope, filter), stop), stop).ConfigureAwait(false));
    }

    // Nothing but its identity is known of an item that failed: a scope by anything else hides it.
    private static bool IsVisible(MediaId id, GalleryFilter? scope) => scope is null || (IsOfIdentities(scope) && scope.Matches(new GalleryItem(id, GalleryProperties.None)));

    private static bool IsOfIdentities(GalleryFilter filter) => filter switch
    {
        GalleryFilter.InFolder => true,
        GalleryFilter.All all => all.Filters.All(IsOfIdentities),
        GalleryFilter.Any any => any.Filters.All(IsOfIdentities),
        GalleryFilter.Not not => IsOfIdentities(not.Filter),
        _ => false,
    };
}

/// <summary>The state of the index.</summary>
/// <param name="State"><c>loading</c>, <c>indexing</c>, <c>ready</c> or <c>failed</c>.</param>
/// <param name="Model">The model.</param>
/// <param name="Items">Items that the caller can find.</param>
/// <param name="Total">Items of the running jobs.</param>
/// <param name="Done">Those that are finished, failed ones included.</param>
/// <param name="Failed">Those that failed.</param>
/// <param name="Updated">When this last changed.</param>
internal sealed record IndexAnswer(string State, ModelState Model, long Items, long Total, long Done, long Failed, DateTimeOffset Updated);

internal sealed record ModelState(string? Name, string State);

/// <summary>A file that could not be indexed; its reason names nothing of the machine.</summary>
internal sealed record FailureView(string Id, string Name, string Reason, string Code)
{
    public static FailureView Of(EmbeddingFailure failure) => new(
        failure.Id.Value,
        failure.Id.Value[(failure.Id.Value.LastIndexOf('/') + 1)..],
        failure.Kind is null ? "The file could not be embedded." : Problems.Describe(failure.Kind),
        failure.Kind is { } kind ? JsonNamingPolicy.KebabCaseLower.ConvertName(kind.ToString()) : "embedding");
}
