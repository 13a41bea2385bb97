using System.Diagnostics;
using CoVR.Cli.Pages;
using CoVR.Cli.Reporting;
using CoVR.Data;
using CoVR.Datasets.Synthetic;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Embedding;
using CoVR.Evaluation;
using CoVR.Losses;
using CoVR.Media.Sampling;
using CoVR.Modeling.Native;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;

namespace CoVR.Cli.Commands.Demo;

/// <summary>The options of the command line.</summary>
/// <param name="Seed">The seed of world, weights and batches.</param>
/// <param name="Output">The folder of page, metrics and work files.</param>
/// <param name="Quick">A few steps on a tiny world, to show that everything works but not how well.</param>
/// <param name="Model">The model family.</param>
/// <param name="Threads">Threads of one matrix product. One by default: the products are small, and other cores prepare batches.</param>
internal sealed record DemoArguments(int Seed, string Output, bool Quick, string Model, int Threads);

/// <summary>Runs the demonstration from start to end.</summary>
internal sealed class DemoRun(DemoArguments arguments, ConsoleProgress report)
{
    private const int Answers = 10;

    private readonly DemoPlan _plan = DemoPlan.For(arguments);
    private readonly WorkFolder _work = new(arguments.Output);
    private readonly SmallModel _model = SmallModel.All[arguments.Model];

    /// <summary>Runs every stage and prints where page and metrics are.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var clock = Stopwatch.StartNew();
        report.Say($"CoVR quick start with {_model.Title}, seed {arguments.Seed}{(_work.Prepare(_plan) ? ": going on where an interrupted run stopped" : "")}");
        var world = await report.RunAsync("Writing the world", progress =>
            SyntheticWorld.WriteAsync(_work.World, _plan.World, progress: progress.OfJob("files"), cancellationToken: cancellationToken));
        report.Say($"{world.Pictures} pictures and {world.Clips} clips in {world.MediaFolder}");

        var options = new WebVidCoVROptions();
        world.Configure(options);
        var train = await options.CreateReader().ReadAsync(DatasetSplit.Train, cancellationToken);
        await using var services = Compose(world, SmallModel.Vocabulary(train));
        NativeTorch.EnsureLoaded();
        torch.set_num_threads(arguments.Threads);
        var reader = services.GetRequiredKeyedService<ITripletDatasetReader>("");
        var stages = new TrainingStages(services, reader, train, _plan, _work, report);
        var captionLosses = await stages.PretrainAsync(cancellationToken);
        await stages.EmbedTargetsAsync(cancellationToken);
        var editLosses = await stages.ComposeAsync(cancellationToken);

        var test = await reader.ReadAsync(DatasetSplit.Test, cancellationToken);
        await Galleries.EmbedAsync(services.GetRequiredService<IEmbeddingJob>(), "Embedding the gallery", test.Candidates, reader, report, cancellationToken);
        var results = await EvaluateAsync(services, reader, test, new WebVidCoVRProtocol(excludeReference: false), cancellationToken);
        var leftOut = await EvaluateAsync(services, reader, test, new WebVidCoVRProtocol(), cancellationToken);
        var questions = await AskAsync(services, reader, test, cancellationToken);

        var metrics = new DemoMetrics(arguments, clock.Elapsed.TotalSeconds, test, results, leftOut) { WaitingForData = stages.DataWaitShare };
        metrics.Print(report);
        var html = await new HtmlReport(services.GetRequiredKeyedService<IFrameReader>("")).RenderEvaluationAsync(
            [.. results, .. leftOut], reader, PageOptions(world, test, reader, metrics, questions, captionLosses, editLosses), cancellationToken);
        var page = HtmlReport.Write(Path.Combine(arguments.Output, "index.html"), html);
        await metrics.WriteAsync(Path.Combine(arguments.Output, "metrics.json"), cancellationToken);
        _work.Finish();
        report.Say($"metrics: {Path.GetFullPath(Path.Combine(arguments.Output, "metrics.json"))}");
        report.Say($"page:    {page}");
    }

    private static EvaluationPageOptions PageOptions(
        SyntheticWorld world,
        TripletDataset test,
        ITripletDatasetReader reader,
        DemoMetrics metrics,
        IReadOnlyList<PageQuery> questions,
        IReadOnlyList<double> captionLosses,
        IReadOnlyList<double> editLosses)
    {
        return new EvaluationPageOptions
        {
            Title = "A picture and a sentence in, the right picture out",
            Introduction = FormattableString.Invariant($"""
                A small {metrics.Model} was trained from nothing on {world.Pictures} pictures and {world.Clips} clips of coloured shapes, in {metrics.Seconds:F0} s in
                all, seed {metrics.Seed}. It answers questions of two parts, what to start from and what to change, about combinations that it never saw
                in training. The gallery holds every query's unchanged reference and near misses: the right change on the wrong object. Neither the text
                nor the picture alone can answer.
                """),
            Shown = [.. test.Triplets.Where(triplet => IsClip(triplet.Reference) || IsClip(triplet.Target!.Value)).Take(7).Select(triplet => triplet.Id)],
            ClipFrames = 12,
            Questions = questions,
            Charts =
            [
                new PageChart("Loss on pictures and captions, with all weights", captionLosses),
                new PageChart("Loss on references and edits, with the visual encoder frozen", editLosses),
            ],
        };

        bool IsClip(MediaId id) => reader.Locate(id).Path is { } path && path.EndsWith(".mp4", StringComparison.Ordinal);
    }

    // Three pipelines: fresh weights, the weights after stage 1, and the finished model that searches.
    private ServiceProvider Compose(SyntheticWorld world, IReadOnlyList<string> vocabulary)
    {
        var services = new ServiceCollection();
        var (pretrained, trained) = (_work.Weights(TrainingStages.Pretraining), _work.Weights(TrainingStages.Composition));
        _model.UseFresh(services.AddCoVR(TrainingStages.Pretraining), vocabulary, arguments.Seed)
            .UseContrastiveLoss<CrossEntropyContrastiveLoss>()
            .UseTrainingTransform((parts, _) => parts.GetRequiredKeyedService<IImageTransform>(TrainingStages.Pretraining))
            .AddTraining(options =>
            {
                TrainingStages.Configure(options, _plan, _plan.Pretraining.Steps, _work.Run(TrainingStages.Pretraining));
                options.PixelCacheBytes = 1L << 30;
            });
        _model.UsePretrained(Embedding(services.AddCoVR(TrainingStages.Composition), TrainingStages.Composition), vocabulary, pretrained)
            .UseContrastiveLoss<CrossEntropyContrastiveLoss>()
            .AddLossTerm<QueryToTargetTerm>()
            .AddLossTerm<QueryToCaptionTerm>(0.5)
            .AddTraining(options =>
            {
                TrainingStages.Configure(options, _plan, _plan.Composition.Steps, _work.Run(TrainingStages.Composition));
                options.PrecomputeVisualTokens = true;
            });
        _model.UseTrained(Embedding(services.AddCoVR(), "gallery"), vocabulary, trained, pretrained)
            .AddWebVidCoVR(world.Configure);
        return services.BuildServiceProvider(validateScopes: true);
    }

    // Five frames of each clip are embedded, and searched by their mean.
    private ICoVRBuilder Embedding(ICoVRBuilder pipeline, string store) => pipeline
        .UseFrameSampler(FrameSamplers.UniformSegments(5))
        .UseFolderGallery(_work.Store(store))
        .Configure(options => options.Embedding = new EmbeddingOptions { BatchSize = 64, QueueLength = 128 });

    private Task<IReadOnlyList<EvaluationResult>> EvaluateAsync(
        ServiceProvider services, ITripletDatasetReader reader, TripletDataset test, WebVidCoVRProtocol protocol, CancellationToken cancellationToken) =>
        report.RunAsync($"Evaluating ({(protocol.ExcludeReference ? "reference left out" : "reference in the gallery")})", progress =>
            services.GetRequiredService<Evaluator>().EvaluateAsync(
                test,
                reader,
                protocol,
                new EvaluationOptions { Queries = [QueryKind.Composed, QueryKind.TextOnly, QueryKind.ImageOnly] },
                progress.OfJob("queries"),
                cancellationToken));

    // As a host would search: a file and a sentence in, hits out.
    private static async Task<IReadOnlyList<PageQuery>> AskAsync(
        ServiceProvider services, ITripletDatasetReader reader, TripletDataset test, CancellationToken cancellationToken)
    {
        var retriever = services.GetRequiredService<IComposedRetriever>();
        List<PageQuery> questions = [];
        string[] edits = ["make it red", "turn it into a ring and put it at night", "I want a large one, on the left"];
        foreach (var (edit, triplet) in edits.Zip(test.Triplets))
        {
            var query = new ComposedQuery(reader.Locate(triplet.Reference), edit);
            var result = await retriever.SearchAsync(query, new SearchOptions { Top = Answers, Exclude = new HashSet<MediaId> { triplet.Reference } }, cancellationToken);
            questions.Add(new PageQuery(triplet.Reference, edit, result.Hits));
        }

        return questions;
    }
}
