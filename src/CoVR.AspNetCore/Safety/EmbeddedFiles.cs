using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.StaticFiles;
using Microsoft.Net.Http.Headers;

namespace CoVR.AspNetCore.Safety;

/// <summary>Serves the files of a page, which are resources of this assembly below a folder: <c>index.html</c> at the group itself, all by their names.</summary>
internal static class EmbeddedFiles
{
    private static readonly FileExtensionContentTypeProvider Types = new();

    public static void MapFiles(this RouteGroupBuilder group, string folder)
    {
        foreach (var name in Names(folder))
        {
            using var stream = typeof(EmbeddedFiles).Assembly.GetManifestResourceStream(name)!;
            var bytes = new byte[stream.Length];
            stream.ReadExactly(bytes);
            Map(group, name[(folder.Length + 1)..].Replace('\\', '/'), bytes);
        }
    }

    /// <summary>The names of a folder's files.</summary>
    public static IEnumerable<string> Names(string folder) => typeof(EmbeddedFiles).Assembly.GetManifestResourceNames().Where(name => name.StartsWith(folder + '/', StringComparison.Ordinal));

    private static void Map(RouteGroupBuilder group, string path, byte[] bytes)
    {
        var tag = new EntityTagHeaderValue($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes).AsSpan(0, 12))}\"");
        var type = Types.TryGetContentType(path, out var known) ? known : "application/octet-stream";
        type = type.StartsWith("text/", StringComparison.Ordinal) || type == "application/json" ? type + "; charset=utf-8" : type;
        group.MapGet(path == "index.html" ? "/" : path, (HttpContext context) =>
        {
            if (path == "index.html" && context.Request.Path.Value?.EndsWith('/') == false)
            {
                return Results.Redirect(context.Request.PathBase + context.Request.Path + "/"); // its links are relative
            }

            context.Response.Headers.CacheControl = "no-cache"; // asked for again each time, by the tag
            return Results.Bytes(bytes, type, entityTag: tag);
        }).ExcludeFromDescription();
    }
}
