using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Reranking.Training;
using CoVR.Retrieval;
using CoVR.TestData;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Reranking.Tests;

/// <summary>A few pictures, triplets of them, and a tiny model of fixed weights.</summary>
internal sealed class TinyWorld : ITripletDatasetReader, IAsyncDisposable
{
    public const int Pictures = 10;
    private static readonly string[] Edits = ["make it red", "make it blue", "make it smaller", "on the left", "a circle", "a square"];
    private readonly TemporaryFolder _folder = new();
    private readonly ServiceProvider _services;

    public TinyWorld(Action<ICoVRBuilder, string>? configure = null)
    {
        foreach (var number in Enumerable.Range(0, Pictures))
        {
            TinyPictures.Write(_folder["media", $"{number}.png"], number);
        }

        var services = new ServiceCollection();
        configure?.Invoke(services.AddCoVR().UseTiny("blip"), Reranker);
        if (configure is null)
        {
            services.AddCoVR().UseTiny("blip");
        }

        _services = services.BuildServiceProvider();
    }

    public string Name => "tiny";

    public string Reranker => _folder["reranker"];

    public IServiceProvider Services => _services;

    public TripletDataset Triplets { get; } = new(
        "tiny",
        DatasetSplit.Train,
        [.. Enumerable.Range(0, Edits.Length).Select(i => new Triplet($"{i}", Id(i), Edits[i], Id((i * 3 + 1) % Pictures)))],
        [.. Enumerable.Range(0, Pictures).Select(Id)]);

    public static RerankerTrainingOptions Options { get; } = new() { Steps = 12, BatchSize = 4, Candidates = 4, Width = 16, Layers = 1, Heads = 2, SaveEverySteps = 5 };

    public static MediaId Id(int number) => new($"{number}");

    public MediaSource Locate(MediaId id) => MediaSource.FromFile(_folder["media", $"{id}.png"]);

    public ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default) => ValueTask.FromResult(Triplets);

    public async Task<RetrievalPipeline> PipelineAsync() => await _services.GetRequiredService<Evaluator>().GetPipelineAsync(TestContext.Current.CancellationToken);

    public async Task<RerankerCard> TrainAsync(RerankerTrainingOptions options, string? folder = null, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default) =>
        await new RerankerTrainer(await PipelineAsync()).TrainAsync(Triplets, Triplets, Locate, folder ?? Reranker, options, progress, cancellationToken);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        _folder.Dispose();
    }
}
