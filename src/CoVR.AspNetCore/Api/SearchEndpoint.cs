using System.Text.Json;
using CoVR.AspNetCore.Files;
using CoVR.AspNetCore.Safety;
using CoVR.AspNetCore.Search;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace CoVR.AspNetCore.Api;

/// <summary><c>POST search</c>, as JSON or with uploads as multipart.</summary>
internal static class SearchEndpoint
{
    private static readonly Dictionary<string, byte[]> NoFiles = [];

    public static void Map(RouteGroupBuilder api, WebPipeline web, SearchService search)
    {
        var uploads = new UploadReader(web.Options, web.Time);
        api.MapPost("search", (Delegate)(async (HttpContext context) => ApiEndpoints.Answer(await SearchAsync(context, web, search, uploads).ConfigureAwait(false))))
            .Accepts<SearchRequest>("application/json", "multipart/form-data").Produces<SearchAnswer>()
            .WithName("search").WithSummary("Searches by texts, items and uploads; without parts lists items.");
    }

    private static async Task<SearchAnswer> SearchAsync(HttpContext context, WebPipeline web, SearchService search, UploadReader uploads)
    {
        var (request, stop) = (context.Request, context.RequestAborted);
        web.Index.RequireModel();
        if (request.HasJsonContentType())
        {
            return await search.SearchAsync(await ReadAsync(request, stop).ConfigureAwait(false), NoFiles, context.User, new ItemLinks(request), stop).ConfigureAwait(false);
        }

        if (request.ContentType?.StartsWith("multipart/form-data", StringComparison.OrdinalIgnoreCase) != true)
        {
            throw new ApiException(StatusCodes.Status415UnsupportedMediaType, "request.unsupported", "Send application/json or multipart/form-data.");
        }

        using var place = await web.Limits.UploadAsync(stop).ConfigureAwait(false);
        var (query, files) = await uploads.ReadAsync(request, stop).ConfigureAwait(false);
        return await search.SearchAsync(Parse(query), files, context.User, new ItemLinks(request), stop).ConfigureAwait(false);
    }

    private static async Task<SearchRequest> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        var (body, buffer) = (new MemoryStream(), new byte[16 << 10]);
        while (await request.Body.ReadAsync(buffer, cancellationToken).ConfigureAwait(false) is > 0 and var read)
        {
            if (body.Length + read > UploadReader.MaxQueryBytes)
            {
                throw new ApiException(StatusCodes.Status413PayloadTooLarge, "query.too-large", $"A query has at most {UploadReader.MaxQueryBytes} bytes.");
            }

            body.Write(buffer, 0, read);
        }

        return Parse(body.ToArray());
    }

    private static SearchRequest Parse(byte[] json)
    {
        try
        {
            return JsonSerializer.Deserialize<SearchRequest>(json, ApiEndpoints.Json) ?? throw ApiException.Invalid("query.invalid", "The query is null.");
        }
        catch (JsonException fault)
        {
            throw ApiException.Invalid("query.invalid", $"The query is no valid JSON at {fault.Path ?? "its start"}.");
        }
    }
}
