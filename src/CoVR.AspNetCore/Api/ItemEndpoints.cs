using System.Net;
using CoVR.AspNetCore.Files;
using CoVR.AspNetCore.Safety;
using CoVR.AspNetCore.Search;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;
using Microsoft.Net.Http.Headers;

namespace CoVR.AspNetCore.Api;

/// <summary>Items: lists, properties, similar ones, thumbnails, media, tags.</summary>
internal sealed class ItemEndpoints(WebPipeline web, SearchService search)
{
    private const int MostTags = 100;
    private const int MostTagLetters = 200;

    public static void Map(RouteGroupBuilder api, WebPipeline web, SearchService search)
    {
        var items = new ItemEndpoints(web, search);
        api.MapGet("items", items.ListAsync).Produces<SearchAnswer>().WithName("listItems").WithSummary("Lists items, the latest first or by name.");
        api.MapGet("items/{id}", items.GetAsync).Produces<ItemView>().WithName("getItem").WithSummary("Describes an item.");
        api.MapGet("items/{id}/similar", items.SimilarAsync).Produces<SearchAnswer>().WithName("similarItems").WithSummary("Finds items like an item.");
        api.MapGet("items/{id}/thumbnail", items.ThumbnailAsync).Produces(200, contentType: "image/jpeg").WithName("getThumbnail").WithSummary("A small picture of an item; of a video at a time.");
        api.MapGet("items/{id}/media", items.MediaAsync).Produces(200, contentType: "application/octet-stream").WithName("getMedia").WithSummary("The picture or video itself, also in ranges.");
        api.MapPatch("items/{id}", items.EditAsync).Accepts<ItemChange>("application/json").Produces<ItemView>().WithName("editItem").WithSummary("Changes the tags of an item, where the host allows it.");
        api.MapPost("items/{id}/open", items.OpenAsync).Produces(204).WithName("openItem").WithSummary("Shows an item in the file manager of this machine, where the host allows it.");
    }

    private async Task<IResult> ListAsync(HttpContext context, [AsParameters] ItemFilter filter, string? sort = null, int offset = 0, int top = 50)
    {
        SearchRequest.RequirePage(offset, top);
        SearchRequest.Require(sort is null or "time" or "name", "query.invalid", "sort is time or name.");
        var stop = context.RequestAborted;
        var scope = await web.ScopeOfAsync(context.User, stop).ConfigureAwait(false);
        using var place = await web.Limits.SearchAsync(stop).ConfigureAwait(false);
        return ApiEndpoints.Answer(await search.ListAsync(new SearchRequest { Offset = offset, Top = top, Sort = sort == "name" ? SortOrder.Name : SortOrder.Time }, ItemFilter.Within(scope, filter), new ItemLinks(context.Request), stop).ConfigureAwait(false));
    }

    private async Task<IResult> GetAsync(HttpContext context, string id) => ApiEndpoints.Answer(ViewOf(context, await FindAsync(context, 1).ConfigureAwait(false)));

    private async Task<IResult> SimilarAsync(HttpContext context, string id, int offset = 0, int top = 50) =>
        ApiEndpoints.Answer(await search.SimilarAsync(IdOf(context, 2), offset, top, context.User, new ItemLinks(context.Request), context.RequestAborted).ConfigureAwait(false));

    private async Task<IResult> ThumbnailAsync(HttpContext context, string id, int size = 320, double? at = null, string? v = null)
    {
        SearchRequest.Require(Thumbnails.Sizes.Contains(size), "query.invalid", $"size is {size}; it must be {string.Join(", ", Thumbnails.Sizes)}.");
        SearchRequest.Require(at is null || double.IsFinite(at.Value), "query.invalid", "at is not a number of seconds.");
        var entry = await FindAsync(context, 2).ConfigureAwait(false);
        var frame = Thumbnails.FrameAt(entry, at);
        var tag = new EntityTagHeaderValue($"\"{Thumbnails.KeyOf(entry, size, frame)}\"");
        context.Response.Headers.CacheControl = v == Thumbnails.VersionOf(new GalleryItem(entry.Id, entry.Properties)) ? "private, max-age=86400" : "private, no-cache";
        if (context.Request.GetTypedHeaders().IfNoneMatch.Any(known => known.Compare(tag, useStrongComparison: false)))
        {
            context.Response.Headers.ETag = tag.ToString();
            return Results.StatusCode(StatusCodes.Status304NotModified);
        }

        var pipeline = await web.GetAsync(context.RequestAborted).ConfigureAwait(false);
        return Results.Bytes(await web.Thumbnails.GetAsync(pipeline, entry, size, frame, context.RequestAborted).ConfigureAwait(false), "image/jpeg", entityTag: tag);
    }

    private async Task<IResult> MediaAsync(HttpContext context, string id)
    {
        var entry = await FindAsync(context, 2).ConfigureAwait(false);
        var (file, type) = await MediaFiles.OpenAsync(entry, context.RequestAborted).ConfigureAwait(false);
        context.Response.Headers.CacheControl = "private, no-cache";
        context.Response.Headers.ContentDisposition = "inline";
        return Results.Stream(file, type, lastModified: entry.Properties.Modified, entityTag: new EntityTagHeaderValue($"\"{Thumbnails.VersionOf(new GalleryItem(entry.Id, entry.Properties))}\""), enableRangeProcessing: true);
    }

    private async Task<IResult> EditAsync(HttpContext context, string id)
    {
        if (!web.Options.AllowsEditing)
        {
            throw ApiException.Refused("editing.off", "This server does not allow changes.");
        }

        var change = await BodyAsync(context.Request, context.RequestAborted).ConfigureAwait(false);
        string[] tags = [.. change.Tags.Select(tag => tag?.Trim() ?? "").Distinct(StringComparer.Ordinal)];
        SearchRequest.Require(tags.Length <= MostTags && tags.All(tag => tag.Length is > 0 and <= MostTagLetters), "item.tags", $"An item has at most {MostTags} tags of 1 to {MostTagLetters} letters.");
        var entry = await FindAsync(context, 1).ConfigureAwait(false);
        var changed = entry with { Properties = entry.Properties with { Tags = tags } };
        var pipeline = await web.GetAsync(context.RequestAborted).ConfigureAwait(false);
        await pipeline.Gallery.UpsertAsync([changed], context.RequestAborted).ConfigureAwait(false);
        return ApiEndpoints.Answer(ViewOf(context, changed));
    }

    private async Task<IResult> OpenAsync(HttpContext context, string id)
    {
        if (web.Options.OpenItem is not { } open || !IsLocal(context))
        {
            throw ApiException.Refused("open.off", "Items can be opened only on the machine itself, where the server allows it.");
        }

        var entry = await FindAsync(context, 2).ConfigureAwait(false);
        await open(new GalleryItem(entry.Id, entry.Properties), context.RequestAborted).ConfigureAwait(false);
        return Results.NoContent();
    }

    /// <summary>Whether the caller is on this machine.</summary>
    public static bool IsLocal(HttpContext context) => context.Connection.RemoteIpAddress is { } address && IPAddress.IsLoopback(address) && !context.Request.Headers.ContainsKey("X-Forwarded-For");

    private static ItemView ViewOf(HttpContext context, GalleryEntry entry) => ItemView.Of<ItemView>(new GalleryItem(entry.Id, entry.Properties), new ItemLinks(context.Request), entry.FrameTimes);

    private Task<GalleryEntry> FindAsync(HttpContext context, int fromEnd) => web.FindAsync(context.User, IdOf(context, fromEnd), context.RequestAborted);

    // The route's own value leaves %2F as it is, and cannot be told from an identity with these letters.
    private static string IdOf(HttpContext context, int fromEnd)
    {
        var target = context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget.Split('?')[0].TrimEnd('/').Split('/');
        return target.Length > fromEnd ? Uri.UnescapeDataString(target[^fromEnd]) : "";
    }

    private static async Task<ItemChange> BodyAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        if (!request.HasJsonContentType())
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, "request.unsupported", "Send application/json.");
        }

        try
        {
            return await request.ReadFromJsonAsync<ItemChange>(ApiEndpoints.Json, cancellationToken).ConfigureAwait(false) ?? throw ApiException.Invalid("request.invalid", "The change is null.");
        }
        catch (System.Text.Json.JsonException)
        {
            throw ApiException.Invalid("request.invalid", "The change is no valid JSON.");
        }
    }
}

/// <summary>What may be changed of an item.</summary>
internal sealed record ItemChange
{
    public required IReadOnlyList<string> Tags { get; init; }
}
