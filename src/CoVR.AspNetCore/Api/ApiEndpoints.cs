using System.Text.Json;
using CoVR.AspNetCore.Safety;
using CoVR.AspNetCore.Search;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Template;
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
        api.Map("{**rest}", context => throw RefusalOf(context)).ExcludeFromDescription();
    }

    // Comes where no route takes the request; routing itself would answer a wrong method or type without details.
    private static ApiException RefusalOf(HttpContext context)
    {
        var request = context.Request;
        string[] methods =
        [
            .. context.RequestServices.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
                .Where(route => ApiDocument.Holds(route.Metadata) && new TemplateMatcher(new RouteTemplate(route.RoutePattern), []).TryMatch(request.Path, []))
                .SelectMany(route => route.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Distinct().Order(),
        ];
        return methods.Length == 0 ? new(StatusCodes.Status404NotFound, "route.unknown", "There is no such address in this API.")
            : methods.Contains(request.Method) ? new(StatusCodes.Status415UnsupportedMediaType, "request.unsupported", "The address does not take this Content-Type.")
            : new(StatusCodes.Status405MethodNotAllowed, "request.method", $"The address takes {string.Join(", ", methods)}.") { Allow = string.Join(", ", methods) };
    }

    public static IResult Answer<T>(T value) => Results.Json(value, Json);
}
