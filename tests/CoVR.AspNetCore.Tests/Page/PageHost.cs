using System.Text.Json;
using CoVR.Evaluation;
using CoVR.TestSupport;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CoVR.AspNetCore.Tests.Page;

/// <summary>A host that watches a folder of drawn pictures and clips, with everything mapped at <c>/covr</c>.</summary>
internal sealed class PageHost : IAsyncDisposable
{
    private const int OfEachKind = 12;
    private const int OfTheRarest = 2;

    private readonly TemporaryFolder _files = new();
    private WebApplication? _app;

    /// <summary>How many items a filled folder has: pictures, a copy, three clips.</summary>
    public static int Items => ((Scenes.Kinds.Count - 1) * OfEachKind) + OfTheRarest + 4;

    public string Address { get; private set; } = "http://127.0.0.1:0";

    /// <summary>The items that <see cref="ShowItemAsync"/> was asked to show.</summary>
    public List<string> Shown { get; } = [];

    public string Media => _files["media"];

    /// <summary>Starts with pictures of all kinds, three clips, a copy, and two files that cannot be read.</summary>
    public static async Task<PageHost> StartAsync(CancellationToken cancellationToken, bool isFilled = true)
    {
        var host = new PageHost();
        Directory.CreateDirectory(host.Media);
        if (isFilled)
        {
            await host.FillAsync();
        }

        await host.RunAsync(cancellationToken);
        await host.WaitAsync(isFilled ? Items : 0, cancellationToken);
        return host;
    }

    /// <summary>Starts the server, again on the same address after <see cref="StopAsync"/>.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls(Address);
        builder.Services.AddRouting().Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1)); // pages keep a stream open
        builder.Services.AddLogging(logging => logging.SetMinimumLevel(LogLevel.Warning));
        builder.Services.AddCoVR().UseModel(ColourModel.Create()).UseWatchedFolder(Media, quiet: TimeSpan.FromMilliseconds(50)).AddWeb(web =>
        {
            web.ThumbnailFolder = _files["thumbnails"];
            web.AllowsEditing = true;
            web.OpenItem = ShowItemAsync;
        });
        _app = builder.Build();
        _app.UseRouting();
        _app.MapCoVR("/covr");
        await _app.StartAsync(cancellationToken);
        Address = _app.Urls.Single();
    }

    public async Task StopAsync()
    {
        await _app!.DisposeAsync();
        _app = null;
    }

    public async Task<IGallery> GalleryAsync() => (await _app!.Services.GetRequiredService<Evaluator>().GetPipelineAsync()).Gallery;

    /// <summary>Waits until the index is ready and holds this many items.</summary>
    public async Task WaitAsync(int items, CancellationToken cancellationToken)
    {
        using var client = new HttpClient();
        using var events = new StreamReader(await client.GetStreamAsync(new Uri($"{Address}/covr/api/v1/index/events"), cancellationToken));
        while (await events.ReadLineAsync(cancellationToken) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal) && JsonDocument.Parse(line[6..]).RootElement is var state
                && state.GetProperty("state").GetString() == "ready" && state.GetProperty("items").GetInt64() >= items)
            {
                return;
            }
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
        {
            await StopAsync();
        }

        _files.Dispose();
    }

    private ValueTask ShowItemAsync(GalleryItem item, CancellationToken cancellationToken)
    {
        Shown.Add(item.Id.Value);
        return ValueTask.CompletedTask;
    }

    private async Task FillAsync()
    {
        var number = 0;
        foreach (var kind in Scenes.Kinds)
        {
            for (var i = 1; i <= (kind == "heath" ? OfTheRarest : OfEachKind); i++)
            {
                Scenes.Write(_files["media", kind, $"{kind} {i:00}.jpg"], kind, number, new DateTime(2021, 3, 1).AddDays(number++ * number % 1500));
            }
        }

        File.Copy(_files["media", "sea", "sea 01.jpg"], _files["media", "sea", "sea 01 copy.jpg"]);
        await Scenes.WriteClipAsync(_files["media", "clips", "from sea to sunset.mp4"], "sea", "sunset", 3);
        await Scenes.WriteClipAsync(_files["media", "clips", "from forest to night.mp4"], "forest", "night", 8);
        await Scenes.WriteClipAsync(_files["media", "clips", "from desert to sea.mp4"], "desert", "sea", 5);
        await File.WriteAllTextAsync(_files["media", "sea", "torn.jpg"], "no picture");
        await File.WriteAllBytesAsync(_files["media", "clips", "cut.mp4"], (await File.ReadAllBytesAsync(_files["media", "clips", "from desert to sea.mp4"]))[..400]);
    }
}
