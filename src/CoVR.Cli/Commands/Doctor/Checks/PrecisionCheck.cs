using System.Globalization;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Embedding.Folders;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Doctor.Checks;

/// <summary>Embeds a sample of the user's own items in every precision, one model after the other, and compares.</summary>
internal sealed class PrecisionCheck(CommandHost host, PrecisionRequest request) : IDoctorCheck
{
    private const int Top = 10;

    /// <inheritdoc/>
    public string Name => "precision";

    /// <inheritdoc/>
    public async ValueTask CheckAsync(DoctorContext context, CancellationToken cancellationToken = default)
    {
        var (items, queries) = request.Folder is { } folder ? await FolderAsync(folder, cancellationToken) : await AnnotatedAsync(context, cancellationToken);
        if (items.Count < 2)
        {
            context.Report(new Finding(Severity.Fault, FindingKinds.Precision, "there are fewer than two pictures or videos to compare embeddings of"));
            return;
        }

        var precisions = Enum.GetValues<ModelPrecision>();
        context.Expect((long)items.Count * precisions.Length);
        List<PrecisionResult> results = [];
        PrecisionSample? exact = null;
        foreach (var precision in precisions)
        {
            var sample = await EmbedAsync(precision, items, queries, context, cancellationToken);
            results.Add(PrecisionResult.Of(precision, exact ??= sample, sample));
        }

        context.Precisions = results;
        context.Report(new Finding(Severity.Note, FindingKinds.Precision, string.Create(CultureInfo.InvariantCulture, $"{items.Count} items compared in {string.Join(", ", precisions)}")));
    }

    private async Task<PrecisionSample> EmbedAsync(ModelPrecision precision, IReadOnlyList<MediaItem> items, IReadOnlyList<Question> queries, DoctorContext context, CancellationToken cancellationToken)
    {
        var services = host.CreateServices();
        request.Model(precision).Use(services.AddCoVR().UseToolDefaults(host));
        await using var provider = services.BuildServiceProvider(validateScopes: true);
        await provider.GetRequiredService<IModelProvider>().GetAsync(cancellationToken);
        var start = host.Clock.GetTimestamp();
        await foreach (var outcome in provider.GetRequiredService<IEmbeddingJob>().EmbedAsync(items, null, cancellationToken))
        {
            context.Advance();
            if (outcome.Failure is { } failure && precision == ModelPrecision.Float32)
            {
                context.Report(new Finding(Severity.Warning, FindingKinds.MediaUnreadable, failure.Message) { Id = outcome.Id.Value });
            }
        }

        var elapsed = host.Clock.GetElapsedTime(start);
        var gallery = provider.GetRequiredService<IGallery>();
        var embedded = (await gallery.GetAsync([.. items.Select(item => item.Id)], cancellationToken)).ToDictionary(entry => entry.Id, entry => entry.Embedding);
        List<IReadOnlyList<MediaId>> rankings = [];
        foreach (var query in queries)
        {
            var options = new SearchOptions { Top = Top, Exclude = new HashSet<MediaId> { query.Reference } };
            var result = query.Query is { } composed
                ? await provider.GetRequiredService<IComposedRetriever>().SearchAsync(composed, options, cancellationToken)
                : embedded.TryGetValue(query.Reference, out var own) ? (await gallery.SearchAsync([new GalleryQuery(FirstFrame(own), options)], cancellationToken))[0] : null;
            rankings.Add(result is null ? [] : [.. result.Hits.Select(hit => hit.Id)]);
        }

        return new PrecisionSample(embedded, rankings, request.Folder is null ? [.. queries.Select(query => query.Target!.Value)] : null, elapsed);
    }

    private static EmbeddingSet FirstFrame(EmbeddingSet item) => new(item.Values[..(item.Vectors * item.Dimensions)], item.Vectors, item.Dimensions);

    // Without annotations each item asks for those like it.
    private async Task<(IReadOnlyList<MediaItem>, IReadOnlyList<Question>)> FolderAsync(string folder, CancellationToken cancellationToken)
    {
        var items = Spread((await FolderScan.RunAsync(folder, "", MagickCoVRBuilderExtensions.CreateDecoder(), cancellationToken)).Items);
        return (items, [.. items.Select(item => new Question(item.Id, null, null))]);
    }

    private async Task<(IReadOnlyList<MediaItem>, IReadOnlyList<Question>)> AnnotatedAsync(DoctorContext context, CancellationToken cancellationToken)
    {
        List<(Question Question, MediaSource Target)> found = [];
        foreach (var dataset in context.Request.Datasets)
        {
            var triplets = (await context.ReadAsync(dataset, cancellationToken)).SelectMany(split => split.Content.Dataset.Triplets);
            found.AddRange(triplets.Where(triplet => triplet.Target is not null)
                .Select(triplet => (new Question(triplet.Reference, new ComposedQuery(dataset.Reader.Locate(triplet.Reference), triplet.Modification), triplet.Target), dataset.Reader.Locate(triplet.Target!.Value)))
                .Where(pair => IsThere(pair.Item1.Query!.Reference!) && IsThere(pair.Item2)));
        }

        var chosen = Spread(found);
        return ([.. chosen.DistinctBy(pair => pair.Question.Target).Select(pair => new MediaItem(pair.Question.Target!.Value, pair.Target))], [.. chosen.Select(pair => pair.Question)]);
    }

    private static bool IsThere(MediaSource source) => source.Path is { } path && File.Exists(path);

    // Evenly from the first to the last.
    private List<T> Spread<T>(IReadOnlyList<T> all) =>
        all.Count <= request.Items ? [.. all] : [.. Enumerable.Range(0, request.Items).Select(i => all[(int)((long)i * all.Count / request.Items)])];

    /// <summary>A query, and what must not or must be answered.</summary>
    /// <param name="Reference">The item that asks; it is no answer.</param>
    /// <param name="Query">The composed query; null: the item's own embedding.</param>
    /// <param name="Target">The right answer, if it is known.</param>
    private sealed record Question(MediaId Reference, ComposedQuery? Query, MediaId? Target);
}
