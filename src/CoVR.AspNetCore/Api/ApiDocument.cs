using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace CoVR.AspNetCore.Api;

/// <summary>The OpenAPI document of this package's routes; a host's own documents do not hold them.</summary>
internal static class ApiDocument
{
    private const string Name = "covr-v1";

    public static void Add(IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.ShouldInclude = description => Holds(description.ActionDescriptor.EndpointMetadata);
        options.AddDocumentTransformer((document, _, _) =>
        {
            document.Info = new OpenApiInfo { Title = "CoVR", Version = "v1" };
            return Task.CompletedTask;
        });
    });

    /// <summary>Whether a route with such metadata is one of the API.</summary>
    public static bool Holds(IEnumerable<object> metadata) => metadata.OfType<IEndpointGroupNameMetadata>().Any(group => group.EndpointGroupName == Name);

    public static void Map(RouteGroupBuilder api)
    {
        api.WithGroupName(Name).WithTags("CoVR");
        api.MapGet("openapi/v1.json", (Delegate)(async (HttpContext context) =>
        {
            var documents = context.RequestServices.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name);
            var document = await documents.GetOpenApiDocumentAsync(context.RequestAborted).ConfigureAwait(false);
            return Results.Text(await document.SerializeAsJsonAsync(OpenApiSpecVersion.OpenApi3_1, context.RequestAborted).ConfigureAwait(false), "application/json");
        })).ExcludeFromDescription();
    }
}
