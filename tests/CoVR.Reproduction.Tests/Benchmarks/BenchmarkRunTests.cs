using CoVR.Data;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.Tests.EndToEnd;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Evaluation;
using CoVR.Reproduction.Results;
using CoVR.TestData;
using CoVR.TestSupport;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Reproduction.Tests.Benchmarks;

/// <summary>From annotation files and pictures to figures, against figures that the test computes itself.</summary>
[Collection("torch")]
public sealed class BenchmarkRunTests : IDisposable
{
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("blip")]
    [InlineData("blip2")]
    public async Task Cirr_OnTheValidationSplit_GivesRecallsOfTheBestPairs(string family)
    {
        var files = TinyLayouts.Cirr(_folder.FullName);
        var (result, plain) = await RunAsync(family, files.CreateReader(), new CirrOptions().CreateProtocol(), DatasetSplit.Validation, bestPair: true);
        CheckRankings(result, plain, beyond: true);
        Assert.All(new[] { 1, 5, 10, 50 }, k => AssertFigure(plain.Recall(k), result, $"R@{k}"));
        foreach (var k in new[] { 1, 2, 3 })
        {
            var worth = result.Dataset.Triplets.Select((triplet, query) => plain.Ranking(query).Where(id => triplet.Subset!.Contains(id)).Take(k).Max(id => Math.Max(0, triplet.Answers!.GetValueOrDefault(id))));
            AssertFigure(100 * worth.Average(), result, $"R_subset@{k}");
        }
    }

    [Fact]
    public async Task Cirr_OnTheTestSplit_WritesFilesForItsServer()
    {
        var (result, plain) = await RunAsync("blip", TinyLayouts.Cirr(_folder.FullName).CreateReader(), new CirrOptions().CreateProtocol(), DatasetSplit.Test, bestPair: true);
        CheckRankings(result, plain, beyond: true);
        var paths = ReferenceResultFiles.Save(result, _folder["results"]);
        foreach (var path in paths)
        {
            Assert.Empty(await CirrSubmission.ValidateAsync(path, result.Dataset, Cancel));
        }
    }

    [Theory]
    [InlineData("blip")]
    [InlineData("blip2")]
    public async Task FashionIQ_OfAllCategories_GivesRecallsAndAverages(string family)
    {
        Dictionary<string, RetrievalReport> reports = [];
        List<double> recalls = [];
        foreach (var category in FashionIQOptions.Categories)
        {
            var reader = TinyLayouts.FashionIQ(_folder.FullName, category).CreateReader();
            var (result, plain) = await RunAsync(family, reader, new FashionIQOptions { Category = category }.CreateProtocol(), DatasetSplit.Test, bestPair: false);
            CheckRankings(result, plain);
            Assert.All(new[] { 1, 5, 10, 50 }, k => AssertFigure(plain.Recall(k), result, $"R@{k}"));
            reports[category] = result.Report;
            recalls.Add(plain.Recall(5));
        }

        Assert.Equal(RetrievalMetrics.Round(recalls.Average(), 2), FashionIQAverages.Of(reports).Metrics["R@5"], 0.011);
    }

    [Theory]
    [InlineData("blip")]
    [InlineData("blip2")]
    public async Task Circo_OnTheValidationSplit_GivesPrecisionOverAllAnswers(string family)
    {
        var (result, plain) = await RunAsync(family, TinyLayouts.Circo(_folder.FullName).CreateReader(), new CircoOptions().CreateProtocol(), DatasetSplit.Validation, bestPair: false);
        CheckRankings(result, plain);
        foreach (var k in new[] { 5, 10, 25, 50 })
        {
            AssertFigure(plain.Recall(k), result, $"Recall@{k}");
            AssertFigure(100 * result.Dataset.Triplets.Select((triplet, query) => Precision(plain.Ranking(query), triplet.Answers!, k)).Average(), result, $"mAP@{k}");
        }
    }

    [Theory]
    [InlineData("blip")]
    [InlineData("blip2")]
    public async Task CcCoIR_OnItsTestSplit_GivesRecalls(string family)
    {
        var reader = TinyLayouts.CcCoIR(_folder.FullName).CreateReader();
        var (result, plain) = await RunAsync(family, reader, new WebVidCoVRProtocol(), DatasetSplit.Test, bestPair: false);
        CheckRankings(result, plain);
        Assert.All(new[] { 1, 5, 10, 50 }, k => AssertFigure(plain.Recall(k), result, $"R@{k}"));
        Assert.Contains("\"annotation\": \"test.csv\"", Assert.Single(ReferenceResultFiles.Of(result)).Content, StringComparison.Ordinal);
    }

    private static async Task<(EvaluationResult Result, PlainScores Plain)> RunAsync(string family, ITripletDatasetReader reader, IRetrievalProtocol protocol, DatasetSplit split, bool bestPair)
    {
        var collection = new ServiceCollection();
        collection.AddCoVR().UseTiny(family);
        await using var services = collection.BuildServiceProvider();
        var dataset = await reader.ReadAsync(split, Cancel);
        MediaItem[] gallery = [.. dataset.Candidates.Select(id => new MediaItem(id, reader.Locate(id)))];
        await foreach (var outcome in services.GetRequiredService<IEmbeddingJob>().EmbedAsync(gallery, null, Cancel))
        {
            Assert.Equal(EmbedStatus.Embedded, outcome.Status);
        }

        var results = await services.GetRequiredService<Evaluator>().EvaluateAsync(dataset, reader, protocol, new EvaluationOptions { BatchSize = 3 }, null, Cancel);
        return (Assert.Single(results), PlainScores.Of(services.Model(), reader, dataset, bestPair));
    }

    private static void CheckRankings(EvaluationResult result, PlainScores plain, bool beyond = false)
    {
        for (var query = 0; query < result.Rankings.Count; query++)
        {
            var expected = plain.Ranking(query);
            Assert.Equal(beyond ? expected : expected.Take(50), result.Rankings[query].Select(hit => hit.Id));
        }
    }

    private static double Precision(MediaId[] ranking, IReadOnlyDictionary<MediaId, double> answers, int k)
    {
        var sum = 0.0;
        for (var place = 1; place <= Math.Min(k, ranking.Length); place++)
        {
            if (answers.ContainsKey(ranking[place - 1]))
            {
                sum += (double)ranking.Take(place).Count(answers.ContainsKey) / place;
            }
        }

        return sum / Math.Min(k, answers.Count);
    }

    private static void AssertFigure(double expected, EvaluationResult result, string name) => Assert.Equal(expected, result.Report.Metrics[name], 0.0051);
}
