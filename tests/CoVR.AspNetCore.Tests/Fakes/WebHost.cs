using CoVR.TestData;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace CoVR.AspNetCore.Tests.Fakes;

/// <summary>A host on a free port of this machine, with a tiny model and everything mapped at <c>/covr</c>.</summary>
internal sealed class WebHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private WebHost(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single());
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false, AllowAutoRedirect = false }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    public IServiceProvider Services => _app.Services;

    public static async Task<WebHost> StartAsync(Action<ICoVRBuilder>? pipeline = null, Action<CoVRWebOptions>? options = null, Action<WebApplication>? configure = null)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        var covr = builder.Services.AddCoVR().UseTiny("blip").AddWeb(options);
        pipeline?.Invoke(covr);
        var app = builder.Build();
        app.UseRouting();
        configure?.Invoke(app);
        app.MapCoVR("/covr");
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new WebHost(app);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
