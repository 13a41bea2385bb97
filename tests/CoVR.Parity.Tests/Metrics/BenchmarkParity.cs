using System.Globalization;
using System.Text.Json;
using CoVR.Data;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Reproduction.Evaluation;
using CoVR.Reproduction.Results;
using CoVR.Retrieval;
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
            CheckCirr(golden, run);
        }

        if (golden.HasOutput("metrics_val"))
        {
            CheckCirco(golden, run);
        }
    }

    private static void CheckFashionIQ(GoldenCase golden, Run run)
    {
        var targets = run.Ids.GetProperty("target");
        var dataset = run.Dataset(DatasetSplit.Test, (triplet, query) => triplet with { Target = Id(targets[query]) });
        foreach (var expected in golden.OutputJson("recalls").EnumerateObject())
        {
            var category = expected.Name["recalls_fiq-".Length..^".json".Length];
            var protocol = ReferencePreset.Variant.Apply(new FashionIQOptions { Category = category }.CreateProtocol(), dataset);
            var file = Assert.Single(ReferenceResultFiles.Of(protocol.Score(dataset, run.Rankings), dataset, run.Rankings));
            Assert.Equal(expected.Name, file.Name);
            Assert.Equal(WithoutIndents(expected.Value.GetRawText()), WithoutIndents(file.Content));
            var report = protocol.Score(dataset, run.Rankings);
            Assert.All(expected.Value.EnumerateObject(), figure => Assert.Equal(figure.Value.GetDouble(), report.Metrics[$"R@{figure.Name[1..]}"]));
        }
    }

    private static void CheckCirr(GoldenCase golden, Run run)
    {
        var hidden = run.Dataset(DatasetSplit.Test, run.WithMembers);
        var protocol = ReferencePreset.Variant.Apply(new CirrOptions().CreateProtocol(), hidden);
        Assert.Empty(protocol.Score(hidden, run.Rankings).Metrics);
        foreach (var file in ReferenceResultFiles.Of(protocol.Score(hidden, run.Rankings), hidden, run.Rankings))
        {
            Assert.Equal(WithoutIndents(File.ReadAllText(golden.OutputPath(Path.GetFileNameWithoutExtension(file.Name)))), WithoutIndents(file.Content));
        }

        var (hard, soft) = (run.Ids.GetProperty("target_hard"), run.Ids.GetProperty("target_soft"));
        var known = run.Dataset(DatasetSplit.Validation, (triplet, query) => run.WithMembers(triplet, query) with
        {
            Target = Id(hard[query]),
            Answers = soft[query].EnumerateObject().ToDictionary(pair => new MediaId(pair.Name), pair => pair.Value.GetDouble()),
        });
        var metrics = protocol.Score(known, run.Rankings).Metrics;
        Assert.Equal(
            Texts(golden.OutputJson("val_lines")),
            metrics.Select(pair => $"{pair.Key.Replace("R_subset", "Recall_subset", StringComparison.Ordinal).Replace("R@", "Recall@", StringComparison.Ordinal)}: {pair.Value.ToString("F2", CultureInfo.InvariantCulture)}"));
    }

    private static void CheckCirco(GoldenCase golden, Run run)
    {
        var hidden = run.Dataset(DatasetSplit.Test, (triplet, _) => triplet);
        var protocol = ReferencePreset.Variant.Apply(new CircoOptions().CreateProtocol(), hidden);
        CheckFile(ReferenceResultFiles.Of(protocol.Score(hidden, run.Rankings), hidden, run.Rankings), "recalls_circo-test.json", golden.OutputPath("recalls_test"));
        var annotations = run.Ids.GetProperty("annotations");
        var known = run.Dataset(DatasetSplit.Validation, (triplet, query) => triplet with
        {
            Target = Id(annotations[query].GetProperty("target_img_id")),
            Answers = annotations[query].GetProperty("gt_img_ids").EnumerateArray().ToDictionary(Id, _ => 1.0),
        });
        CheckFile(ReferenceResultFiles.Of(protocol.Score(known, run.Rankings), known, run.Rankings), "recalls_circo-val.json", golden.OutputPath("metrics_val"));
        Assert.All(golden.OutputJson("metrics_val").EnumerateObject(), figure => Assert.Equal(figure.Value.GetDouble(), protocol.Score(known, run.Rankings).Metrics[figure.Name]));
    }

    private static void CheckFile(IReadOnlyList<ResultFile> files, string name, string expected)
    {
        Assert.Equal(name, Assert.Single(files).Name);
        Assert.Equal(WithoutIndents(File.ReadAllText(expected)), WithoutIndents(files[0].Content));
    }

    // The fixtures are indented by one blank a level, the reference's files by two.
    private static string WithoutIndents(string json) => string.Join('\n', json.Split('\n').Select(line => line.TrimStart(' ')));

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
            _similarity = isCirr ? Similarities.MaxOverPairs : Similarities.MeanPooled;
            _queries = ScoreMatrix.Embeddings(golden.Input("query_feats"), normalize: true);
            _gallery = ScoreMatrix.Embeddings(
                golden.Input(golden.HasInput("target_embs") ? "target_embs" : "gallery_embs"), normalize: !golden.HasOutput("metrics_val"));
            _ids = [.. Texts(Ids.GetProperty(Ids.TryGetProperty("target_ids", out _) ? "target_ids" : "gallery")).Select(id => new MediaId(id))];
            _references = [.. Texts(Ids.GetProperty("reference")).Select(id => new MediaId(id))];
            Rankings = Rank();
        }

        public JsonElement Ids { get; }

        public IReadOnlyList<SearchHit>[] Rankings { get; }

        public TripletDataset Dataset(DatasetSplit split, Func<Triplet, int, Triplet> complete)
        {
            string[] queries = Ids.TryGetProperty("pairid", out var pairs) ? Texts(pairs) : [.. _references.Select((_, query) => $"{query}")];
            return new TripletDataset("fixture", split, [.. _references.Select((reference, query) => complete(new Triplet(queries[query], reference, "edit", null), query))], _ids);
        }

        public Triplet WithMembers(Triplet triplet, int query) => triplet with { Subset = [.. Texts(Ids.GetProperty("members")[query]).Select(id => new MediaId(id))] };

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
