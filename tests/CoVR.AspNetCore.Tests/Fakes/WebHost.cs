using System.Net.Http.Json;
using System.Security.Claims;
using System.Text;
using System.Text.Json;
using CoVR.Evaluation;
using CoVR.Media;
using CoVR.TestData;
using CoVR.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CoVR.AspNetCore.Tests.Fakes;

/// <summary>
/// A host on a free port of this machine, with a tiny model and everything mapped at <c>/covr</c>. The header <c>X-Test-User</c> signs a request in; with
/// <see cref="OwnerScope"/> everybody sees only what is theirs.
/// </summary>
internal sealed class WebHost : IAsyncDisposable
{
    public const string Api = "covr/api/v1/";
    public const string UserHeader = "X-Test-User";

    private readonly WebApplication _app;
    private readonly TemporaryFolder _files;

    private WebHost(WebApplication app, TemporaryFolder files)
    {
        (_app, _files) = (app, files);
        Address = new Uri(app.Urls.Single());
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public TemporaryFolder Files => _files;

    public string Origin => Address.GetLeftPart(UriPartial.Authority);

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static async Task<WebHost> StartAsync(Action<ICoVRBuilder>? pipeline = null, Action<CoVRWebOptions>? options = null, bool waits = true)
    {
        var files = new TemporaryFolder();
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        var covr = builder.Services.AddCoVR().UseTiny("blip").ConfigureMedia(media => media.Pictures = PictureReading.AsSeen).AddWeb(web =>
        {
            web.ThumbnailFolder = files["thumbnails"];
            (web.MaxUploadBytes, web.MaxUploadPixels, web.MaxUploadFrames) = (1 << 20, 1_000_000, 500);
            options?.Invoke(web);
        });
        pipeline?.Invoke(covr);
        var app = builder.Build();
        app.Use((context, next) =>
        {
            if (context.Request.Headers[UserHeader].ToString() is { Length: > 0 } name)
            {
                context.User = new ClaimsPrincipal(new ClaimsIdentity([new Claim(ClaimTypes.NameIdentifier, name)], "test"));
            }

            return next(context);
        });
        app.UseRouting();
        app.MapCoVR("/covr");
        await app.StartAsync(Stop);
        var host = new WebHost(app, files);
        if (waits)
        {
            await app.Services.GetRequiredService<Evaluator>().GetPipelineAsync(Stop);
            while ((await host.Client.GetAsync(Api + "health", Stop)).StatusCode == System.Net.HttpStatusCode.ServiceUnavailable)
            {
                await Task.Yield();
            }
        }

        return host;
    }

    /// <summary>Writes a picture and puts it into the gallery.</summary>
    public async Task AddAsync(string id, int colours, string? owner = null, DateTimeOffset? taken = null, params string[] tags)
    {
        var path = _files["media", id];
        TinyPictures.Write(path, colours);
        await AddAsync(id, path, new GalleryProperties { Kind = MediaKind.Picture, Source = path, Size = new FileInfo(path).Length, Owner = owner, Taken = taken, Tags = tags, ContentHash = colours.ToString("x8") });
    }

    /// <summary>Puts a file into the gallery.</summary>
    public async Task AddAsync(string id, string path, GalleryProperties properties)
    {
        var pipeline = await Services.GetRequiredService<Evaluator>().GetPipelineAsync(Stop);
        var embedding = (await pipeline.EmbedItemsAsync([MediaSource.FromFile(path)], Stop))[0];
        var times = properties.Kind == MediaKind.Video ? Enumerable.Range(0, embedding.Frames).Select(i => TimeSpan.FromSeconds(i + 0.5)).ToArray() : [];
        await pipeline.Gallery.UpsertAsync([new GalleryEntry(new MediaId(id), embedding) { Properties = properties, FrameTimes = times }], Stop);
    }

    /// <summary>Sends a request, with headers written as they are.</summary>
    public Task<HttpResponseMessage> SendAsync(string method, string path, HttpContent? content = null, string? user = null, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Address, path.TrimStart('/'))) { Content = content };
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        if (user is not null)
        {
            request.Headers.Add(UserHeader, user);
        }

        return Client.SendAsync(request, Stop);
    }

    public async Task<JsonElement> GetAsync(string path, string? user = null) => await ReadAsync(await SendAsync("GET", Api + path, null, user));

    public async Task<JsonElement> SearchAsync(object query, string? user = null) => await ReadAsync(await SendAsync("POST", Api + "search", JsonContent.Create(query), user));

    /// <summary>The JSON of an answer, which must be a success.</summary>
    public static async Task<JsonElement> ReadAsync(HttpResponseMessage answer)
    {
        var text = await answer.Content.ReadAsStringAsync(Stop);
        Assert.True(answer.IsSuccessStatusCode, $"{answer.StatusCode}: {text}");
        return JsonDocument.Parse(text).RootElement;
    }

    /// <summary>The code of problem details.</summary>
    public static async Task<string?> CodeOf(HttpResponseMessage answer) => answer.Content.Headers.ContentType?.MediaType == "application/problem+json"
        ? JsonDocument.Parse(await answer.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("code").GetString()
        : null;

    /// <summary>A multipart search.</summary>
    public static MultipartFormDataContent Form(object query, params (string Name, byte[] Bytes)[] files)
    {
        var form = new MultipartFormDataContent { { new StringContent(JsonSerializer.Serialize(query), Encoding.UTF8, "application/json"), "query" } };
        foreach (var (name, bytes) in files)
        {
            form.Add(new ByteArrayContent(bytes), name, name + ".png");
        }

        return form;
    }

    public static string Escape(string id) => Uri.EscapeDataString(id);

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _files.Dispose();
    }
}

/// <summary>Everybody sees what they own; who is not signed in sees nothing.</summary>
internal sealed class OwnerScope : IGalleryScope
{
    public ValueTask<GalleryFilter?> GetFilterAsync(ClaimsPrincipal user, CancellationToken cancellationToken = default) =>
        new(user.FindFirstValue(ClaimTypes.NameIdentifier) is { } name ? new GalleryFilter.OwnedBy(name) : new GalleryFilter.Any([]));
}
