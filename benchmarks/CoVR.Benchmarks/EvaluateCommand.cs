using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Media;
using CoVR.Media.Sampling;
using CoVR.Media.Transforms;
using CoVR.Modeling;
using CoVR.Modeling.Native;
using CoVR.Retrieval;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Benchmarks;

/// <summary>Times the evaluator without a model, at the size of WebVid-CoVR's test split, against products of all queries with all targets and torch's selection of the best 51.</summary>
internal static class EvaluateCommand
{
    public const string Name = "evaluate";
    private const int Count = 2556;
    private const int Frames = 15;
    private const int D = 256;

    /// <summary>Runs it.</summary>
    /// <param name="args">The number of rounds.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        NativeTorch.EnsureLoaded();
        set_num_threads(Environment.ProcessorCount);
        var rounds = int.Parse(args.ElementAtOrDefault(0) ?? "7", null);
        EmbeddingSet[] videos = [.. RandomGallery.Draw(Count, Frames, D, seed: 1).Select(item => new EmbeddingSet(item.Values, 1, D, Frames))];
        EmbeddingSet[] queries = [.. RandomGallery.Draw(Count, 1, D, seed: 2)];
        using var targets = torch.cat([.. videos.Select(video => torch.tensor(FramePoolings.Mean.Pool(video).Values.ToArray(), [1, D]))]);
        using var asked = torch.cat([.. queries.Select(query => torch.tensor(query.Values.ToArray(), [1, D]))]);

        var model = new ComposedModel(new Table(asked), new Numbers(), text => text, new ModelDescription("table", ImageInput.Clip(2), new TextInput(1, 1, 1), new string('0', 64)), CPU);
        var gallery = new MemoryGallery(model.Fingerprint("uniform-15"));
        await gallery.UpsertAsync([.. videos.Select((video, i) => new GalleryEntry(Id(i), video))]);
        var evaluator = new Evaluator(new RetrievalPipeline
        {
            Model = model,
            FrameReader = new MediaFrameReader(),
            Transform = ImageTransforms.Evaluation(model.Description.Image),
            GallerySampler = FrameSamplers.UniformSegments(Frames),
            QuerySampler = FrameSamplers.Middle,
            Pooling = FramePoolings.Mean,
            Gallery = gallery,
        });
        var dataset = new TripletDataset("made", DatasetSplit.Test, [.. Enumerable.Range(0, Count).Select(i => new Triplet($"{i}", Id((i + 1) % Count), $"{i}", Id(i)))], [.. Enumerable.Range(0, Count).Select(Id)]);
        var options = new EvaluationOptions { Queries = [QueryKind.TextOnly] };
        Console.WriteLine($"{Count} queries, {Count} targets of {Frames} frames, {Environment.ProcessorCount} threads, {rounds} rounds");
        await SearchCommand.MeasureAsync(
            "evaluator / products and selection", rounds, _ => Select(asked, targets), async _ => await evaluator.EvaluateAsync(dataset, new NoMedia(), new RecallProtocol(), options));
        return 0;
    }

    private static MediaId Id(int n) => new($"video-{n:D4}");

    private static Task Select(Tensor queries, Tensor targets)
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        queries.mm(targets.t()).topk(51, 1);
        return Task.CompletedTask;
    }

    /// <summary>The query of a number is a row.</summary>
    private sealed class Table(Tensor rows) : IComposedEncoder
    {
        public int Vectors => 1;

        public int Dimensions => D;

        public Tensor EncodeVisual(Tensor pixels) => throw new NotSupportedException();

        public Tensor EncodeTarget(Tensor visualTokens) => throw new NotSupportedException();

        public Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both) => rows.index_select(0, modification!.IdsOn(CPU).view(-1)).view(-1, 1, D);

        public Tensor EncodeCaption(TokenBatch caption) => throw new NotSupportedException();
    }

    private sealed class Numbers : ITextTokenizer
    {
        public TokenBatch Encode(IReadOnlyList<string> texts, int maxLength, bool padToMaxLength = false) =>
            new([.. texts.Select(text => long.Parse(text, null))], [.. texts.Select(_ => 1L)], texts.Count, 1);
    }

    private sealed class NoMedia : ITripletDatasetReader
    {
        public string Name => "made";

        public ValueTask<TripletDataset> ReadAsync(DatasetSplit split, CancellationToken cancellationToken = default) => throw new NotSupportedException();

        public MediaSource Locate(MediaId id) => throw new NotSupportedException();
    }
}
