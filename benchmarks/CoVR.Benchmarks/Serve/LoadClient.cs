using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace CoVR.Benchmarks.Serve;

/// <summary>One person: searches, looks at thumbnails, refines; comes back later where the server is busy.</summary>
internal sealed class LoadClient(LoadedHost host, LoadLog log, int seed)
{
    private const string Api = "api/v1/";

    private readonly Random _random = new(seed);

    public async Task RunAsync(TimeSpan time, CancellationToken cancellationToken)
    {
        var start = Stopwatch.GetTimestamp();
        while (Stopwatch.GetElapsedTime(start) < time)
        {
            await StepAsync(cancellationToken);
        }
    }

    private async Task StepAsync(CancellationToken cancellationToken)
    {
        var hits = _random.Next(10) switch
        {
            < 4 => await SendAsync("text", () => Search(new { parts = new[] { new { text = $"word{_random.Next(5, 3000)} word{_random.Next(5, 3000)}" } }, top = 24, collapse = true }), cancellationToken),
            < 6 => await SendAsync("item", () => Search(new { parts = new[] { new { item = LoadedHost.IdOf(_random.Next(host.Items)) } }, top = 24 }), cancellationToken),
            6 => await SendAsync("upload", Upload, cancellationToken),
            7 => await SendAsync("filter", () => Search(new { parts = new[] { new { text = $"word{_random.Next(5, 3000)}" } }, filter = new { tags = new[] { $"tag-{_random.Next(20)}" } }, offset = 24, top = 24 }), cancellationToken),
            8 => await SendAsync("similar", () => new(HttpMethod.Get, $"{Api}items/{Uri.EscapeDataString(LoadedHost.IdOf(_random.Next(host.Items)))}/similar?top=24"), cancellationToken),
            _ => await SendAsync("state", () => new(HttpMethod.Get, Api + "index"), cancellationToken),
        };
        foreach (var thumbnail in hits.Take(4))
        {
            await SendAsync("thumbnail", () => new(HttpMethod.Get, thumbnail), cancellationToken);
        }
    }

    private static HttpRequestMessage Search(object query) => new(HttpMethod.Post, Api + "search") { Content = JsonContent.Create(query) };

    private HttpRequestMessage Upload() => new(HttpMethod.Post, Api + "search")
    {
        Content = new MultipartFormDataContent
        {
            { JsonContent.Create(new { parts = new object[] { new { file = "picture" }, new { text = "word7" } }, top = 24 }), "query" },
            { new ByteArrayContent(host.Upload), "picture", "picture.jpg" },
        },
    };

    /// <summary>Sends a request, and notes its status and time.</summary>
    /// <returns>The addresses of thumbnails in the answer.</returns>
    private async Task<IReadOnlyList<string>> SendAsync(string kind, Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        using var request = make();
        var start = Stopwatch.GetTimestamp();
        using var answer = await host.Client.SendAsync(request, cancellationToken);
        var bytes = await answer.Content.ReadAsByteArrayAsync(cancellationToken);
        var time = Stopwatch.GetElapsedTime(start).TotalMilliseconds;
        if (answer.StatusCode == HttpStatusCode.ServiceUnavailable)
        {
            log.Note(kind, 503, time, null);
            await Task.Delay(_random.Next(500, 1500), cancellationToken); // as Retry-After says, not all at once
            return [];
        }

        using var json = answer.Content.Headers.ContentType?.MediaType == "application/json" ? JsonDocument.Parse(bytes) : null;
        if (json is null || !json.RootElement.TryGetProperty("hits", out var hits))
        {
            log.Note(kind, (int)answer.StatusCode, time, null);
            return [];
        }

        var parts = json.RootElement.GetProperty("milliseconds");
        log.Note(kind, (int)answer.StatusCode, time, parts.EnumerateObject().Sum(part => part.Value.GetDouble()));
        return [.. hits.EnumerateArray().Select(hit => hit.GetProperty("thumbnail").GetString()!)];
    }
}
