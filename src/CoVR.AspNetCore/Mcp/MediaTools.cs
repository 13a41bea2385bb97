using System.ComponentModel;
using System.Security.Claims;
using CoVR.AspNetCore.Api;
using CoVR.AspNetCore.Files;
using CoVR.AspNetCore.Safety;
using CoVR.AspNetCore.Search;
using Microsoft.Extensions.Logging;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;

namespace CoVR.AspNetCore.Mcp;

/// <summary>What the tools of a pipeline do; names, descriptions and types of the parameters are the schema that an agent sees. Everything is within the caller's scope.</summary>
internal sealed class MediaTools(WebPipeline web, ILogger<MediaTools> logger)
{
    private const int MostHits = 50;
    private const int HitSize = 160;
    private const int MediaSize = 640;

    private static readonly ClaimsPrincipal Nobody = new(new ClaimsIdentity());

    private readonly SearchService _search = new(web);

    [Description("Searches pictures and videos. Give texts, references, or both: then the texts say what to change about the references. Returns the best matches first, as data and as small pictures. Refine by calling again with the ids of good hits as items, or of bad ones in exclude.")]
    public Task<CallToolResult> SearchMediaAsync(
        RequestContext<CallToolRequestParams> request,
        [Description("What to find, or what to change about the references, in plain words.")] string[]? texts = null,
        [Description("What the results shall not show, in plain words.")] string[]? unwanted_texts = null,
        [Description("Ids of items to start from, as an earlier search returned them.")] string[]? items = null,
        [Description("Pictures or short clips to start from that are no items: each the file as base64, or as a data: URI.")] string[]? data = null,
        [Description("image or video; leave out for both.")] string? kind = null,
        [Description("Only items in this folder and below it, as list_folders names it.")] string? folder = null,
        [Description("Only items with all of these tags.")] string[]? tags = null,
        [Description("Only items taken at or after this time (ISO 8601).")] DateTimeOffset? taken_from = null,
        [Description("Only items taken before this time (ISO 8601).")] DateTimeOffset? taken_to = null,
        [Description("Ids of items to leave out.")] string[]? exclude = null,
        [Description("How many items to return, 1 to 50.")] int top = 10,
        [Description("How many of the best items to skip, for the next page.")] int offset = 0,
        [Description("Whether to return a small picture of each item.")] bool thumbnails = true,
        CancellationToken cancellationToken = default) => RunAsync(request, async user =>
    {
        SearchRequest.Require(top is >= 1 and <= MostHits, "query.invalid", $"top is {top}; it must be 1 to {MostHits}.");
        var files = ReferenceData.Read(data ?? [], web.Options);
        var query = new SearchRequest
        {
            Parts =
            [
                .. (items ?? []).Select(id => new SearchPart { Item = id }),
                .. files.Keys.Select(name => new SearchPart { File = name }),
                .. (texts ?? []).Select(text => new SearchPart { Text = text }),
                .. (unwanted_texts ?? []).Select(text => new SearchPart { Text = text, Role = QueryRole.Unwanted }),
            ],
            Filter = new ItemFilter { Kind = kind, Folder = folder, Tags = tags, TakenFrom = taken_from, TakenTo = taken_to },
            Exclude = exclude ?? [],
            Top = top,
            Offset = offset,
        };
        SearchRequest.Require(query.Parts.Count > 0, "query.empty", "Give texts, items or data.");
        var answer = await _search.SearchAsync(query, files, user, ItemLinks.None, cancellationToken).ConfigureAwait(false);
        return await ToolAnswers.OfAsync(answer, thumbnails ? hit => TryPictureAsync(user, hit, cancellationToken) : null).ConfigureAwait(false);
    }, cancellationToken);

    [Description("Shows one item: a larger picture of it, or of a moment of a video, and what is known of it.")]
    public Task<CallToolResult> GetMediaAsync(
        RequestContext<CallToolRequestParams> request,
        [Description("The id of the item, as search_media returns it.")] string id,
        [Description("The second of a video to show; leave out for its middle.")] double? at = null,
        CancellationToken cancellationToken = default) => RunAsync(request, async user =>
    {
        var entry = await web.FindAsync(user, id, cancellationToken).ConfigureAwait(false);
        var picture = await PictureAsync(entry, MediaSize, at, cancellationToken).ConfigureAwait(false);
        return ToolAnswers.Of(new MediaAnswer(entry), picture);
    }, cancellationToken);

    [Description("Lists the folders of the gallery with the number of items in and below each, its tags, and how many pictures and videos there are: what search_media can filter by.")]
    public Task<CallToolResult> ListFoldersAsync(
        RequestContext<CallToolRequestParams> request,
        [Description("Only folders below this one; leave out for all.")] string? folder = null,
        CancellationToken cancellationToken = default) => RunAsync(request, async user =>
    {
        var pipeline = await web.GetAsync(cancellationToken).ConfigureAwait(false);
        var filter = ItemFilter.Within(await web.ScopeOfAsync(user, cancellationToken).ConfigureAwait(false), new ItemFilter { Folder = folder });
        using var place = await web.Limits.SearchAsync(cancellationToken).ConfigureAwait(false);
        return ToolAnswers.Of(await Facets.CountAsync(pipeline.Gallery.ListAsync(filter, cancellationToken), cancellationToken).ConfigureAwait(false));
    }, cancellationToken);

    // An agent is answered when the model is loaded: it would not know how long to wait before it asks again.
    private async Task<CallToolResult> RunAsync(RequestContext<CallToolRequestParams> request, Func<ClaimsPrincipal, Task<CallToolResult>> work, CancellationToken cancellationToken)
    {
        try
        {
            web.Index.Loaded((await web.LoadAsync(cancellationToken).ConfigureAwait(false)).Model.Description.Name);
            return await work(request.User ?? Nobody).ConfigureAwait(false);
        }
        catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
        {
            var problem = Problems.Of(fault);
            if (problem != fault && problem.Status >= 500)
            {
                logger.ToolFailed(request.Params.Name, fault);
            }

            return ToolAnswers.Of(problem);
        }
    }

    private async Task<byte[]?> TryPictureAsync(ClaimsPrincipal user, HitView hit, CancellationToken cancellationToken)
    {
        try
        {
            var entry = await web.FindAsync(user, hit.Id, cancellationToken).ConfigureAwait(false);
            return await PictureAsync(entry, HitSize, hit.Moment?.At, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception fault) when (fault is ApiException or MediaReadException)
        {
            return null; // the file is gone or cannot be read now
        }
    }

    private async Task<byte[]> PictureAsync(GalleryEntry entry, int size, double? at, CancellationToken cancellationToken)
    {
        SearchRequest.Require(at is null || double.IsFinite(at.Value), "query.invalid", "at is not a number of seconds.");
        var pipeline = await web.GetAsync(cancellationToken).ConfigureAwait(false);
        return await web.Thumbnails.GetAsync(pipeline, entry, size, Thumbnails.FrameAt(entry, at), cancellationToken).ConfigureAwait(false);
    }
}

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The tool {Tool} failed.")]
    public static partial void ToolFailed(this ILogger logger, string tool, Exception error);
}
