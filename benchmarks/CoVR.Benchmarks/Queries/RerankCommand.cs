using System.Globalization;
using CoVR.Data;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Embedding;
using CoVR.Evaluation;
using CoVR.Media.Sampling;
using CoVR.Reranking;
using CoVR.Reranking.Training;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Benchmarks.Queries;

/// <summary>Trains a pair scorer for the quick start's models and measures what it gains.</summary>
internal static class RerankCommand
{
    public const string Name = "rerank";
    private const int Timed = 60;

    /// <summary>Runs it.</summary>
    /// <param name="args"><c>test</c> or <c>val</c>, then folders that <c>covr demo --seed SEED --output FOLDER</c> made, each as <c>SEED=FOLDER</c>, and <c>steps=NUMBER</c>, <c>width=NUMBER</c> and the like.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var split = args[0] == "test" ? DatasetSplit.Test : DatasetSplit.Validation;
        var numbers = args[1..].Select(arg => arg.Split('=', 2)).Where(pair => !char.IsAsciiDigit(pair[0][0])).ToDictionary(pair => pair[0], pair => pair[1]);
        foreach (var (seed, folder) in args[1..].Select(arg => arg.Split('=', 2)).Where(pair => char.IsAsciiDigit(pair[0][0])).Select(pair => (int.Parse(pair[0], CultureInfo.InvariantCulture), pair[1])))
        {
            await RunAsync(split, folder, seed, numbers);
        }

        return 0;
    }

    private static async Task RunAsync(DatasetSplit split, string folder, int seed, Dictionary<string, string> numbers)
    {
        var reranker = Path.Combine(folder, numbers.GetValueOrDefault("name", "reranker"));
        if (!File.Exists(Path.Combine(reranker, "reranker.json")))
        {
            await TrainAsync(folder, seed, reranker, numbers);
        }

        var card = RerankerCard.Read(reranker);
        Say($"seed {seed}: {card.Steps} steps; on {card.ValidationQueries} validation queries R@1 {card.FirstPassRecall:F1} -> {card.RerankedRecall:F1}, weight of the first pass {card.FirstPassWeight}, margin {card.ConfidentMargin} saves {100 * card.SavedCalls:F0} %");
        await using var world = await QueryWorld.OpenAsync(folder, seed, pipeline => pipeline.UseFrameSampler(FrameSamplers.UniformSegments(5)).UsePairReranker(reranker));
        var data = await world.Reader.ReadAsync(split);
        await foreach (var _ in world.Services.GetRequiredService<IEmbeddingJob>().EmbedAsync([.. data.Candidates.Select(id => new MediaItem(id, world.Reader.Locate(id)))]))
        {
        }

        var evaluator = world.Services.GetRequiredService<Evaluator>();
        foreach (var excluded in new[] { false, true })
        {
            var first = (await evaluator.EvaluateAsync(data, world.Reader, new WebVidCoVRProtocol(excludeReference: excluded)))[0];
            foreach (var margin in new[] { float.PositiveInfinity, card.ConfidentMargin ?? float.PositiveInfinity })
            {
                var second = await RerankedEvaluation.RunAsync(world.Pipeline with { ConfidentMargin = margin }, first, world.Reader);
                Say($"  reference {(excluded ? "left out" : "in gallery")}, margin {margin}: R@1 {Cell(first.Intervals, first.Report)} -> {Cell(second.Intervals, second.Report)}, ceiling {second.Ceiling.Primary:F2}, reranked {second.Reranked} of {data.Triplets.Count}, {second.Calls} calls, {1000 * second.SecondsPerQuery:F1} ms a query");
            }
        }

        await TimeAsync(world, data);
    }

    private static async Task TrainAsync(string folder, int seed, string reranker, Dictionary<string, string> numbers)
    {
        await using var world = await QueryWorld.OpenAsync(folder, seed);
        var options = new RerankerTrainingOptions { Seed = seed };
        foreach (var (name, value) in numbers.Where(pair => pair.Key != "name"))
        {
            var property = typeof(RerankerTrainingOptions).GetProperties().Single(property => property.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
            property.SetValue(options, Convert.ChangeType(value, property.PropertyType, CultureInfo.InvariantCulture));
        }

        var shown = -1L;
        var progress = new ShownProgress(at =>
        {
            if (at.Done / 200 != shown)
            {
                shown = at.Done / 200;
                Say($"  {at.Done} of {at.Total}, {at.Elapsed.TotalSeconds:F0} s {at.Activity}");
            }
        });
        await new RerankerTrainer(world.Pipeline).TrainAsync(await world.Reader.ReadAsync(DatasetSplit.Train), await world.Reader.ReadAsync(DatasetSplit.Validation), world.Reader.Locate, reranker, options, progress);
    }

    // Plain and reranked searches in turn; both ask the same gallery.
    private static async Task TimeAsync(QueryWorld world, TripletDataset data)
    {
        List<double> plain = [], all = [], gated = [];
        var retriever = world.Services.GetRequiredService<IComposedRetriever>();
        foreach (var triplet in data.Triplets.Take(Timed))
        {
            var result = await retriever.SearchAsync(new ComposedQuery(world.Reader.Locate(triplet.Reference), triplet.Modification));
            var first = (result.ReadingTime + result.EncodingTime + result.SearchingTime).TotalMilliseconds;
            plain.Add(first);
            gated.Add(first + result.RerankingTime.TotalMilliseconds);
            if (result.RerankedCandidates > 0)
            {
                all.Add(first + result.RerankingTime.TotalMilliseconds);
            }
        }

        Say($"  a query: plain {Median(plain):F2} ms, reranked {Median(all):F2} ms ({Median(all) / Median(plain):F2} times), mean with the gate {gated.Average() / plain.Average():F2} times");
    }

    private static double Median(List<double> values) => values.Count == 0 ? double.NaN : values.Order().ElementAt(values.Count / 2);

    private static string Cell(IReadOnlyDictionary<string, Bootstrap.Interval> intervals, RetrievalReport report) => intervals.TryGetValue("R1", out var interval) || intervals.TryGetValue("R@1", out interval)
        ? FormattableString.Invariant($"{interval.Value:F2} [{interval.Low:F2}, {interval.High:F2}]")
        : FormattableString.Invariant($"{report.Primary:F2} ({report.PrimaryMetric}; {string.Join(", ", report.Metrics.Select(metric => $"{metric.Key} {metric.Value:F2}"))})");

    private static void Say(FormattableString text) => Console.WriteLine(text.ToString(CultureInfo.InvariantCulture));

    private sealed class ShownProgress(Action<JobProgress> show) : IProgress<JobProgress>
    {
        public void Report(JobProgress value) => show(value);
    }
}
