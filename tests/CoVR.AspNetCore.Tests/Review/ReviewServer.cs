using CoVR.AspNetCore.Review;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.AspNetCore.Tests.Review;

/// <summary>A host of this machine that serves the review page alone, without a pipeline.</summary>
internal sealed class ReviewServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private ReviewServer(WebApplication app)
    {
        _app = app;
        Address = new Uri(app.Urls.Single() + "/review/");
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Address };
    }

    public Uri Address { get; }

    public HttpClient Client { get; }

    /// <summary>Starts it, on a free port unless told one.</summary>
    public static async Task<ReviewServer> StartAsync(IReviewQueue queue, int port = 0)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls($"http://127.0.0.1:{port}");
        builder.Services.AddRouting();
        var app = builder.Build();
        app.MapCoVRReview("/review", queue);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new ReviewServer(app);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
    }
}
