using CoVR.AspNetCore;
using CoVR.Blip;
using CoVR.Evaluation;
using CoVR.Media;
using CoVR.Modeling;
using CoVR.Modeling.Layers;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Benchmarks.Serve;

/// <summary>A host with a tiny model and random items, each of which shows one of some pictures.</summary>
internal sealed class LoadedHost : IAsyncDisposable
{
    private const int Pictures = 400;

    private readonly WebApplication _app;
    private readonly DirectoryInfo _folder;
    private readonly IGallery _gallery;
    private readonly EmbeddingSet[] _embeddings;

    private LoadedHost(WebApplication app, DirectoryInfo folder, IGallery gallery, EmbeddingSet[] embeddings)
    {
        (_app, _folder, _gallery, _embeddings) = (app, folder, gallery, embeddings);
        Client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = new Uri(app.Urls.Single()) };
        Upload = MediaWriter.EncodeJpeg(Paint(7, 640, 480), 85);
    }

    public HttpClient Client { get; }

    /// <summary>A JPEG of 640 x 480 pixels.</summary>
    public byte[] Upload { get; }

    public int Items => _embeddings.Length;

    public static string IdOf(int item) => $"folder-{item % 50}/{item}.jpg";

    public static async Task<LoadedHost> StartAsync(int items)
    {
        var folder = Directory.CreateTempSubdirectory("covr-serve-");
        for (var i = 0; i < Pictures; i++)
        {
            await File.WriteAllBytesAsync(PictureOf(folder, i), MediaWriter.EncodeJpeg(Paint(i, 320, 240), 85));
        }

        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.WebHost.UseKestrel().UseUrls("http://127.0.0.1:0");
        builder.Services.AddRouting();
        builder.Services.AddCoVR().UseBlip(options => (options.Architecture, options.Vocabulary, options.Seed) = (Tiny, MadeModels.Vocabulary, 7))
            .AddWeb(web => web.ThumbnailFolder = Path.Combine(folder.FullName, "thumbnails"));
        var app = builder.Build();
        app.UseRouting();
        app.MapCoVR();
        await app.StartAsync();
        var pipeline = await app.Services.GetRequiredService<Evaluator>().GetPipelineAsync();
        EmbeddingSet[] embeddings = [.. RandomGallery.Draw(items, 1, Tiny.Dimensions, seed: 1)];
        var host = new LoadedHost(app, folder, pipeline.Gallery, embeddings);
        foreach (var some in Enumerable.Range(0, items).Chunk(4096))
        {
            await pipeline.Gallery.UpsertAsync([.. some.Select(host.EntryOf)]);
        }

        return host;
    }

    /// <summary>Removes and adds items, until it is stopped.</summary>
    /// <returns>How many.</returns>
    public async Task<long> ChangeAsync(CancellationToken cancellationToken)
    {
        var (random, changes) = (new Random(3), 0L);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(200));
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                int[] some = [.. Enumerable.Range(0, 8).Select(_ => random.Next(Items)).Distinct()];
                await _gallery.RemoveAsync([.. some.Select(item => new MediaId(IdOf(item)))], cancellationToken);
                await _gallery.UpsertAsync([.. some.Select(EntryOf)], cancellationToken);
                await File.WriteAllBytesAsync(PictureOf(_folder, random.Next(Pictures)), MediaWriter.EncodeJpeg(Paint(random.Next(), 320, 240), 85), cancellationToken);
                changes += some.Length;
            }
        }
        catch (OperationCanceledException)
        {
            // The time is over.
        }

        return changes;
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        _folder.Delete(recursive: true);
    }

    private static BlipArchitecture Tiny { get; } = new()
    {
        Image = ImageInput.Clip(32),
        Dimensions = 64,
        Vision = new VisionTransformerOptions { PatchSize = 8, Width = 32, Depth = 2, Heads = 2, FeedForwardWidth = 64 },
        Text = new BertOptions { VocabularySize = 0, Width = 32, Depth = 2, Heads = 2, FeedForwardWidth = 64, MaxPositions = 40 },
    };

    private static string PictureOf(DirectoryInfo folder, int number) => Path.Combine(folder.FullName, $"{number}.jpg");

    private GalleryEntry EntryOf(int item) => new(new MediaId(IdOf(item)), _embeddings[item])
    {
        Properties = new GalleryProperties
        {
            Kind = MediaKind.Picture,
            Source = PictureOf(_folder, item % Pictures),
            Taken = DateTimeOffset.UnixEpoch.AddMinutes(item),
            Tags = [$"tag-{item % 20}"],
        },
    };

    private static RgbFrame Paint(int seed, int width, int height)
    {
        var (pixels, random) = (new byte[width * height * 3], new Random(seed));
        var (red, green, blue) = (random.Next(256), random.Next(256), random.Next(256));
        for (var i = 0; i < pixels.Length; i += 3)
        {
            var (x, y) = (i / 3 % width, i / 3 / width);
            (pixels[i], pixels[i + 1], pixels[i + 2]) = ((byte)(red + x), (byte)(green + y), (byte)(blue + (x ^ y)));
        }

        return new RgbFrame(width, height, pixels);
    }
}
