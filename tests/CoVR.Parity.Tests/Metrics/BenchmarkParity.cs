using System.Globalization;
using System.Text.Json;
using CoVR.Evaluation;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests.Metrics;

/// <summary>
/// The rankings and figures of FashionIQ, CIRR and CIRCO: our index with the reference excluded against the reference's
/// masked score matrix. A masked reference still ends each of its lists; ours leaves it out, so it is put at the end here.
/// </summary>
public sealed class BenchmarkParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "metrics" && golden.HasOutput("sim_masked");

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        var run = new Run(golden);
        run.CheckScores();
        if (golden.HasOutput("recalls"))
        {
            CheckFashionIQ(golden, run);
        }

        if (golden.HasOutput("recalls_cirr"))
        {
            CheckCirrFiles(golden, run);
            CheckCirrLines(golden, run);
        }

        if (golden.HasOutput("metrics_val"))
        {
            CheckCirco(golden, run);
        }
    }

    private static void CheckFashionIQ(GoldenCase golden, Run run)
    {
        int?[] ranks = [.. run.Ids.GetProperty("target").EnumerateArray().Select((target, query) => RetrievalMetrics.RankOf(run.Rankings[query], Id(target)))];
        foreach (var figure in golden.OutputJson("recalls").EnumerateObject().SelectMany(file => file.Value.EnumerateObject()))
        {
            ScoreMatrix.AssertFigure(figure.Value, RetrievalMetrics.RecallAt(ranks, Cutoff(figure.Name, "R")), 2, golden, figure.Name);
        }
    }

    private static void CheckCirrFiles(GoldenCase golden, Run run)
    {
        var (files, subsets) = (golden.OutputJson("recalls_cirr"), golden.OutputJson("recalls_cirr_subset"));
        foreach (var (pair, query) in Texts(run.Ids.GetProperty("pairid")).Select((pair, query) => (pair, query)))
        {
            Assert.Equal(Texts(files.GetProperty(pair)), run.Rankings[query].Take(50).Select(hit => hit.Id.Value));
            Assert.Equal(Texts(subsets.GetProperty(pair)), Subset(run, query).Take(3).Select(hit => hit.Id.Value));
        }
    }

    // In the reference's validation a subset hit counts as much as the annotation says, and negative answers not at all.
    private static void CheckCirrLines(GoldenCase golden, Run run)
    {
        var (hard, soft) = (run.Ids.GetProperty("target_hard"), run.Ids.GetProperty("target_soft"));
        int?[] ranks = [.. hard.EnumerateArray().Select((target, query) => RetrievalMetrics.RankOf(run.Rankings[query], Id(target)))];
        foreach (var line in Texts(golden.OutputJson("val_lines")))
        {
            var name = line[..line.IndexOf(':', StringComparison.Ordinal)];
            var k = int.Parse(name.AsSpan(name.IndexOf('@', StringComparison.Ordinal) + 1), CultureInfo.InvariantCulture);
            var value = name.StartsWith("Recall_subset", StringComparison.Ordinal)
                ? 100 * soft.EnumerateArray().Select((weights, query) => Subset(run, query).Take(k).Max(hit => Weight(weights, hit.Id))).Average()
                : RetrievalMetrics.RecallAt(ranks, k);
            Assert.Equal(line, $"{name}: {RetrievalMetrics.RoundAsPython(value, 2).ToString("F2", CultureInfo.InvariantCulture)}");
        }
    }

    private static void CheckCirco(GoldenCase golden, Run run)
    {
        var submission = golden.OutputJson("recalls_test");
        for (var query = 0; query < run.Rankings.Length; query++)
        {
            Assert.Equal(Texts(submission.GetProperty($"{query}")), run.Rankings[query].Take(50).Select(hit => hit.Id.Value));
        }

        CircoParity.CheckFigures(golden, golden.OutputJson("metrics_val").EnumerateObject(), run.Rankings, run.Ids.GetProperty("annotations"));
    }

    private static IReadOnlyList<SearchHit> Subset(Run run, int query) =>
        RetrievalMetrics.Among(run.Rankings[query], Texts(run.Ids.GetProperty("members")[query]).Select(id => new MediaId(id)).ToHashSet());

    private static double Weight(JsonElement weights, MediaId id) =>
        weights.TryGetProperty(id.Value, out var weight) ? Math.Max(0, weight.GetDouble()) : 0;

    private static int Cutoff(string name, string prefix) => int.Parse(name.AsSpan(prefix.Length), CultureInfo.InvariantCulture);

    private static MediaId Id(JsonElement id) => new(id.ToString());

    private static string[] Texts(JsonElement list) => [.. list.EnumerateArray().Select(item => item.ToString())];

    /// <summary>One case as our index ranks it.</summary>
    private sealed class Run
    {
        private readonly GoldenCase _golden;
        private readonly ISimilarity _similarity;
        private readonly EmbeddingSet[] _queries;
        private readonly EmbeddingSet[] _gallery;
        private readonly MediaId[] _ids;
        private readonly MediaId[] _references;

        public Run(GoldenCase golden)
        {
            _golden = golden;
            Ids = golden.InputJson("ids");
            var isCirr = golden.HasOutput("recalls_cirr");
            _similarity = isCirr ? new MaxOverPairsSimilarity() : new MeanPooledSimilarity();
            _queries = ScoreMatrix.Embeddings(golden.Input("query_feats"), normalize: true);
            _gallery = ScoreMatrix.Embeddings(
                golden.Input(golden.HasInput("target_embs") ? "target_embs" : "gallery_embs"), normalize: !golden.HasOutput("metrics_val"));
            _ids = [.. Texts(Ids.GetProperty(Ids.TryGetProperty("target_ids", out _) ? "target_ids" : "gallery")).Select(id => new MediaId(id))];
            _references = [.. Texts(Ids.GetProperty("reference")).Select(id => new MediaId(id))];
            Rankings = Rank();
        }

        public JsonElement Ids { get; }

        public IReadOnlyList<SearchHit>[] Rankings { get; }

        public void CheckScores()
        {
            var expected = ScoreMatrix.Rows(_golden.Output("sim_masked"));
            for (var query = 0; query < _queries.Length; query++)
            {
                var reference = Array.IndexOf(_ids, _references[query]);
                float[] scores = [.. _gallery.Select((item, i) => i == reference ? expected[query][i] : _similarity.Score(_queries[query], item))];
                NumericAssert.Close(expected[query], scores, _golden.AbsoluteTolerance, _golden.RelativeTolerance, $"{_golden.Id} scores of query {query}");
                Assert.True(reference < 0 || expected[query][reference] == expected[query].Min(), "The masked reference is not the last.");
            }
        }

        private IReadOnlyList<SearchHit>[] Rank()
        {
            var index = new ExactIndex(_similarity);
            foreach (var (id, item) in _ids.Zip(_gallery))
            {
                index.Add(id, item);
            }

            var found = index.Search(_queries, [.. _references.Select(reference => new SearchOptions { Top = _ids.Length, Exclude = new HashSet<MediaId> { reference } })]);
            return [.. found.Zip(_references, (hits, reference) =>
                _ids.Contains(reference) ? [.. hits, new SearchHit(reference, float.NegativeInfinity, hits.Count + 1)] : hits)];
        }
    }
}
