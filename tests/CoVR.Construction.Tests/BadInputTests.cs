using System.Text;
using CoVR.Construction.Work;
using CoVR.TestSupport;

namespace CoVR.Construction.Tests;

/// <summary>Input that no stage may choke on: counted and named, and after the repair another run goes on.</summary>
public sealed class BadInputTests : IDisposable
{
    private const int Million = 1_000_000;

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task RunAsync_MillionEqualCaptions_MakesTheFewPairsThereAre()
    {
        var options = Options();
        Fill(options, $"SELECT i::VARCHAR AS id, CASE WHEN i < 3 THEN 'a blue ball' ELSE 'a red ball' END AS caption FROM range({Million}) t(i)");

        var reports = await RunAsync(options);

        Assert.Equal(Million, reports[0].Kept);
        Assert.Equal(1, Kept(reports, ConstructionStage.Mine));
        Assert.Equal(10, Kept(reports, ConstructionStage.PairMedia));
        Assert.Equal(20, Kept(reports, ConstructionStage.Split) + Dropped(reports, ConstructionStage.Split));
    }

    [Fact]
    public async Task RunAsync_MillionDuplicateIdentities_KeepsTheFirstAndCountsTheRest()
    {
        var options = Options();
        Fill(options, $"SELECT (i % 2)::VARCHAR AS id, CASE WHEN i % 2 = 0 THEN 'a blue ball' ELSE 'a red ball' END AS caption FROM range({Million}) t(i) ORDER BY i");

        var reports = await RunAsync(options);

        Assert.Equal(2, reports[0].Kept);
        var dropped = Assert.Single(reports[0].Dropped);
        Assert.Equal(("duplicate identity", Million - 2L), (dropped.Reason, dropped.Count));
        Assert.All(dropped.Examples, example => Assert.Contains(example, new[] { "0", "1" }));
    }

    [Fact]
    public async Task RunAsync_CaptionsOfTenKilobytes_DropsManyWordsAndCarriesLongOnesThrough()
    {
        var options = MadeCaptions.Options(_folder, $"a {new string('x', 10_000)} ball", "a red ball", string.Concat(Enumerable.Repeat("word ", 2_000)));

        var reports = await RunAsync(options);

        Assert.Equal("caption of more than 40 words: 1 (2)", Shown(Assert.Single(reports[0].Dropped)));
        Assert.Equal(1, Kept(reports, ConstructionStage.Mine));
        Assert.Equal(2, Kept(reports, ConstructionStage.Split) + Dropped(reports, ConstructionStage.Split));
    }

    [Fact]
    public async Task RunAsync_EmptyCaptions_AreNamedAndTheRestGoesOn()
    {
        var options = MadeCaptions.Options(_folder, "", "a red ball", "   ", "!?", "a blue ball", "\t");

        var reports = await RunAsync(options);

        Assert.Equal("no words in the caption: 4 (0, 2, 3, 5)", Shown(Assert.Single(reports[0].Dropped)));
        Assert.Equal(1, Kept(reports, ConstructionStage.Mine));
    }

    [Fact]
    public async Task RunAsync_MissingMedia_AreNamedAndComeInOnceTheyAreThere()
    {
        var options = MadeCaptions.Options(_folder, "a red ball", "a blue ball", "a green ball");
        options.Collect.MediaFolder = _folder["media"];
        Directory.CreateDirectory(_folder["media"]);
        await File.WriteAllTextAsync(_folder["media", "0.png"], "x", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(_folder["media", "1.png"], "x", TestContext.Current.CancellationToken);
        var before = await RunAsync(options);
        await File.WriteAllTextAsync(_folder["media", "2.png"], "x", TestContext.Current.CancellationToken);
        File.SetLastWriteTimeUtc(_folder["captions.csv"], new DateTime(2020, 1, 1, 0, 0, 0, DateTimeKind.Utc));

        var after = await RunAsync(options);

        Assert.Equal("missing media: 1 (2)", Shown(Assert.Single(before[0].Dropped)));
        Assert.Equal((1, 3), (Kept(before, ConstructionStage.Mine), Kept(after, ConstructionStage.Mine)));
    }

    [Theory]
    [InlineData("captions.csv", "id,caption\n0,a red ball\n1,a caf\u00E9\n2,a blue ball\n", "latin1", 2)]
    [InlineData("captions.jsonl", "{\"id\": \"0\", \"caption\": \"a red ball\"}\n{\"id\": \"1\", \"caption\": \"a caf\u00E9\"}\n{\"id\": \"2\", \"caption\": \"a blue ball\"}\n", "latin1", 2)]
    [InlineData("captions.csv", "id,caption\n0,a red ball\n2,a blue ball\n", "utf-16", 0)]
    [InlineData("captions.jsonl", "{\"id\": \"0\", \"caption\": \"a red ball\"}\n{\"id\": \"1\", \"caption\": \"a blue ball\"}\n", "utf-16", 0)]
    public async Task RunAsync_WrongEncoding_NamesWhatIsLostAndRunsAfterTheRepair(string name, string text, string encoding, int kept)
    {
        var options = Options();
        options.Collect.Inputs[0] = _folder[name];
        await File.WriteAllTextAsync(_folder[name], text, Encoding.GetEncoding(encoding), TestContext.Current.CancellationToken);

        if (kept == 0)
        {
            var error = await Assert.ThrowsAsync<ConstructionException>(() => RunAsync(options));
            Assert.Contains(name, error.Message, StringComparison.Ordinal);
        }
        else
        {
            var report = (await RunAsync(options))[0];
            Assert.Equal(kept, report.Kept);
            Assert.Equal(1, Assert.Single(report.Dropped).Count);
            Assert.StartsWith(name, report.Dropped[0].Reason, StringComparison.Ordinal);
            Assert.Equal([name.EndsWith("csv", StringComparison.Ordinal) ? "line 3" : "line 2"], report.Dropped[0].Examples);
        }

        await File.WriteAllTextAsync(_folder[name], text, TestContext.Current.CancellationToken);
        Assert.Empty((await RunAsync(options))[0].Dropped);
    }

    private static string Shown(DroppedRows dropped) => $"{dropped.Reason}: {dropped.Count} ({string.Join(", ", dropped.Examples)})";

    private static long Kept(IReadOnlyList<StageReport> reports, ConstructionStage stage) => reports.Single(report => report.Stage == stage).Kept;

    private static long Dropped(IReadOnlyList<StageReport> reports, ConstructionStage stage) => reports.Single(report => report.Stage == stage).Dropped.Sum(dropped => dropped.Count);

    private static Task<IReadOnlyList<StageReport>> RunAsync(ConstructionOptions options) => new ConstructionPipeline(options).RunAsync(cancellationToken: TestContext.Current.CancellationToken);

    private ConstructionOptions Options() => MadeCaptions.Options(_folder);

    private void Fill(ConstructionOptions options, string rows)
    {
        using var file = WorkFile.Open(options);
        file.Execute($"COPY ({rows}) TO '{_folder["captions.csv"]}' (FORMAT csv, HEADER)");
    }
}
