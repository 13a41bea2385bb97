using System.Text.Json;
using CoVR.AspNetCore.Safety;
using CoVR.AspNetCore.Search;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.AspNetCore.Api;

/// <summary>The API's routes.</summary>
internal static class ApiEndpoints
{
    /// <summary>The form of all bodies, whatever the host's own options are.</summary>
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        RespectNullableAnnotations = true,
        MaxDepth = 16,
    };

    public static void Map(GuardedGroup group, string pipeline)
    {
        var api = group.Part("api/v1", EndpointKind.Api);
        var web = WebPipeline.Require<WebPipeline>(((IEndpointRouteBuilder)api).ServiceProvider, pipeline);
        var search = new SearchService(web);
        SearchEndpoint.Map(api, web, search);
        ItemEndpoints.Map(api, web, search);
        IndexEndpoints.Map(api, web);
        SessionEndpoints.Map(api, web, group.Tokens);
        ApiDocument.Map(api);
        api.MapGet("{**rest}", IResult () => throw new ApiException(StatusCodes.Status404NotFound, "route.unknown", "There is no such address in this API.")).ExcludeFromDescription();
    }

    public static IResult Answer<T>(T value) => Results.Json(value, Json);
}
