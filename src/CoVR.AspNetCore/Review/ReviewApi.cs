using CoVR.AspNetCore.Api;
using CoVR.AspNetCore.Safety;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;

namespace CoVR.AspNetCore.Review;

/// <summary>What the review page asks.</summary>
internal sealed class ReviewApi
{
    private static readonly FileExtensionContentTypeProvider Types = new();

    private readonly IReviewQueue _queue;
    private readonly SessionTokens _tokens;
    private readonly Dictionary<string, int> _positions;

    /// <summary>Creates the endpoints of a queue.</summary>
    public ReviewApi(IReviewQueue queue, SessionTokens tokens)
    {
        (_queue, _tokens) = (queue, tokens);
        _positions = queue.Items.Index().ToDictionary(item => item.Item.Id, item => item.Index, StringComparer.Ordinal);
    }

    /// <summary>Maps the routes; nothing of them describes the API of a pipeline.</summary>
    public void Map(RouteGroupBuilder group)
    {
        group.ExcludeFromDescription();
        group.MapGet("session", (HttpContext context) => Json(new { token = _tokens.Create(context.User), title = _queue.Title, reviewer = _queue.DefaultReviewer, total = _queue.Items.Count }));
        group.MapGet("items/{position:int}", (int position, string reviewer) => Json(Show(position, reviewer)));
        group.MapPost("decisions", async (ReviewRequest request, CancellationToken cancellation) => Json(await DecideAsync(request, cancellation).ConfigureAwait(false)));
        group.MapPost("undo", async (UndoRequest request, CancellationToken cancellation) => Json(await UndoAsync(request.Reviewer, cancellation).ConfigureAwait(false)));
        group.MapGet("progress", (string reviewer) => Json(ProgressOf(reviewer)));
        group.MapGet("agreement", () => Json(new { reviewers = _queue.Reviewers.Order(StringComparer.Ordinal).Select(ProgressOf), comparisons = _queue.Compare() }));
        group.MapGet("media/{id}/{side}", Send);
    }

    private static IResult Json(object value) => Results.Json(value, ApiEndpoints.Json);

    private ShownItem Show(int position, string reviewer)
    {
        if (position < 0 || position >= _queue.Items.Count)
        {
            throw ApiException.UnknownItem();
        }

        var item = _queue.Items[position];
        return new ShownItem(
            position, item.Id, ShownMedia.Of(item, "reference", item.Reference, item.ReferenceCaption), ShownMedia.Of(item, "target", item.Target, item.TargetCaption),
            item.Texts, _queue.GetDecisions(reviewer).GetValueOrDefault(item.Id), ProgressOf(reviewer));
    }

    private async Task<object> DecideAsync(ReviewRequest request, CancellationToken cancellationToken)
    {
        await CheckedAsync(() => _queue.DecideAsync(request.Item, request.Reviewer, new ReviewState(request.IsKept, request.Text, request.IsFlagged), cancellationToken)).ConfigureAwait(false);
        var decisions = _queue.GetDecisions(request.Reviewer);
        return new { next = NextAfter(_positions[request.Item], decisions), progress = ProgressOf(request.Reviewer) };
    }

    private async Task<object> UndoAsync(string reviewer, CancellationToken cancellationToken)
    {
        string? item = null;
        await CheckedAsync(async () => item = await _queue.UndoAsync(reviewer, cancellationToken).ConfigureAwait(false)).ConfigureAwait(false);
        return new { position = item is not null && _positions.TryGetValue(item, out var position) ? position : (int?)null, wasUndone = item is not null, progress = ProgressOf(reviewer) };
    }

    private static async ValueTask CheckedAsync(Func<ValueTask> call)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (ArgumentException error)
        {
            throw ApiException.Invalid("review.invalid", error.Message);
        }
        catch (CoVRException)
        {
            throw new ApiException(StatusCodes.Status503ServiceUnavailable, "review.failed", "The decision was not saved.");
        }
    }

    private ReviewerProgress ProgressOf(string reviewer)
    {
        var decisions = _queue.GetDecisions(reviewer);
        return new ReviewerProgress(
            reviewer, _queue.Items.Count, decisions.Values.Count(state => state.IsKept == true), decisions.Values.Count(state => state.IsKept == false),
            decisions.Values.Count(state => state.IsFlagged), NextAfter(-1, decisions));
    }

    // The next item without a verdict, from the beginning again after the last; null if there is none.
    private int? NextAfter(int position, IReadOnlyDictionary<string, ReviewState> decisions)
    {
        var count = _queue.Items.Count;
        return Enumerable.Range(position + 1, count).Select(at => at % count)
            .Where(at => decisions.GetValueOrDefault(_queue.Items[at].Id)?.IsKept is null).Select(at => (int?)at).FirstOrDefault();
    }

    private IResult Send(string id, string side, HttpContext context)
    {
        var item = _positions.TryGetValue(id, out var position) ? _queue.Items[position] : throw ApiException.UnknownItem();
        var source = side switch
        {
            "reference" => item.Reference,
            "target" => item.Target,
            _ => throw ApiException.UnknownItem(),
        };
        if (source.Path is not { } path || TypeOf(path) is not { } type || !File.Exists(path))
        {
            throw ApiException.UnknownItem();
        }

        context.Response.Headers.CacheControl = "private, max-age=3600";
        context.Response.Headers.ContentDisposition = "inline";
        return Results.File(Path.GetFullPath(path), type, lastModified: File.GetLastWriteTimeUtc(path), enableRangeProcessing: true);
    }

    /// <summary>The type of a picture or video; null for anything else.</summary>
    private static string? TypeOf(string path) =>
        Types.TryGetContentType(path, out var type) && (type.StartsWith("image/", StringComparison.Ordinal) || type.StartsWith("video/", StringComparison.Ordinal)) ? type : null;

    private sealed record ReviewRequest(string Item, string Reviewer, bool? IsKept, string? Text, bool IsFlagged);

    private sealed record UndoRequest(string Reviewer);

    private sealed record ReviewerProgress(string Reviewer, int Total, int Kept, int Discarded, int Flagged, int? Next);

    private sealed record ShownItem(int Position, string Id, ShownMedia Reference, ShownMedia Target, IReadOnlyList<string> Texts, ReviewState? Decision, ReviewerProgress Progress);

    private sealed record ShownMedia(string Url, string Kind, string? Caption)
    {
        public static ShownMedia Of(ReviewItem item, string side, MediaSource source, string? caption) => new(
            $"api/v1/review/media/{Uri.EscapeDataString(item.Id)}/{side}", TypeOf(source.Path ?? "")?.Split('/')[0] ?? "unknown", caption);
    }
}
