using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Cli.Reporting;
using CoVR.Embedding;
using CoVR.Media;
using CoVR.Media.Sampling;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Embed;

/// <summary>Embeds pictures or videos into one folder and reports the outcomes.</summary>
/// <param name="host">The host.</param>
/// <param name="model">The model.</param>
/// <param name="options">Batch, workers, shard.</param>
internal sealed class MediaEmbedding(CommandHost host, IModelChoice model, EmbeddingOptions options)
{
    /// <summary>Frames of a video.</summary>
    public int Frames { get; init; } = 15;

    /// <summary>Whether frames of videos have blue first.</summary>
    public bool BgrVideos { get; init; }

    /// <summary>How long the decoding of a video may take; null for the default.</summary>
    public TimeSpan? VideoTimeout { get; init; }

    /// <summary>Embeds what is missing.</summary>
    /// <returns>Whether every item of this worker has its embedding.</returns>
    public async Task<bool> RunAsync(MediaWork work, CancellationToken cancellation)
    {
        host.ResumeHint = "Run the same command again to continue: finished embeddings are saved.";
        await using var services = Compose(work);
        var loaded = await LoadedModel.LoadAsync(host, services, model.Title, cancellation);
        host.Say($"{work.Items.Count} {work.Unit} -> {work.Sink.Shown(host)} ({work.Sink.Kind}, {loaded.Description.Name}{Part()})");
        var job = services.GetRequiredService<IEmbeddingJob>();
        var summary = new OutcomeSummary();
        await host.Report.RunAsync(work.Title, async progress =>
        {
            await foreach (var outcome in job.EmbedAsync(work.Items, progress.OfJob(work.Unit), cancellation))
            {
                summary.Add(outcome);
            }
        });
        summary.Print(host, work);
        return summary.Failed == 0;
    }

    private string Part() => options.Shard.IsWhole ? "" : $", shard {options.Shard.Index} of {options.Shard.Count}";

    private ServiceProvider Compose(MediaWork work)
    {
        var services = host.CreateServices();
        var pipeline = model.Use(services.AddCoVR().UseToolDefaults(host))
            .UseFrameSampler(FrameSamplers.UniformSegments(Frames))
            .ConfigureMedia(media => (media.BgrVideos, media.Pictures, media.Timeout) = (BgrVideos, PictureReading.AsPillow, VideoTimeout ?? media.Timeout))
            .Configure(all => all.Embedding = options);
        work.Sink.UseFor(pipeline, work.Pictures);
        return services.BuildServiceProvider(validateScopes: true);
    }
}

/// <summary>Items that go into one folder of embeddings.</summary>
/// <param name="Title">The activity, for the console.</param>
/// <param name="Unit">The unit of the items, in the plural.</param>
/// <param name="Items">The items, all shards together.</param>
/// <param name="Sink">Where they go.</param>
/// <param name="Pictures">Whether they are pictures; the tensors of videos have a frame axis.</param>
internal sealed record MediaWork(string Title, string Unit, IReadOnlyList<MediaItem> Items, Sink Sink, bool Pictures = false);
