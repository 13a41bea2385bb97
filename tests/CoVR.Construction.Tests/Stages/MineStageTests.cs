using CoVR.Construction.Work;
using CoVR.TestSupport;

namespace CoVR.Construction.Tests.Stages;

public sealed class MineStageTests
{
    private static readonly string[] Group = [.. Enumerable.Range(0, 40).Select(i => $"flag of land{i}")];

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Run_FiveThousandCaptions_FindsWhatComparingAllPairsFinds(int most)
    {
        using var folder = new TemporaryFolder();
        var captions = MadeCaptions.Draw(5000, vocabulary: 60).Distinct().ToArray();
        var options = MadeCaptions.Options(folder, captions);
        options.Mining.MaxGroup = int.MaxValue;
        (options.Mining.Words, options.Mining.Insertions) = (most, true);

        await new ConstructionPipeline(options).RunToAsync(ConstructionStage.Mine);

        var expected = AllPairs(captions, most).Order(StringComparer.Ordinal).ToArray();
        Assert.True(expected.Length > 5000);
        Assert.Equal(expected, Pairs(options).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Guide_SqlOfOnePart_FindsAllPairsInEightParts()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, MadeCaptions.Draw(2000, vocabulary: 60, least: 4));
        var report = await new ConstructionPipeline(options).RunToAsync(ConstructionStage.Mine);
        var guide = await File.ReadAllTextAsync(Path.Combine(TestFolders.Repository, "docs", "construction.md"), TestContext.Current.CancellationToken);
        var sql = guide.Split("```sql")[1].Split("```")[0];

        using var file = WorkFile.Open(options);
        file.Execute("CREATE TABLE captions AS SELECT row_number() OVER () AS caption, text FROM (SELECT DISTINCT text FROM items)", TestContext.Current.CancellationToken);
        var found = Enumerable.Range(0, 8).Sum(part =>
        {
            file.Execute(sql.Replace("key % 8 = 0", $"key % 8 = {part}", StringComparison.Ordinal), TestContext.Current.CancellationToken);
            var pairs = file.Number("SELECT count(*) FROM pairs", TestContext.Current.CancellationToken);
            file.Execute("DROP TABLE slots; DROP TABLE families; DROP TABLE members; DROP TABLE candidates; DROP TABLE involved; DROP TABLE pairs;", TestContext.Current.CancellationToken);
            return pairs;
        });

        Assert.Empty(report.Dropped);
        Assert.InRange(report.Kept, 100, 100_000);
        Assert.Equal(report.Kept, found);
    }

    [Fact]
    public async Task Run_GroupLargerThanTheLimit_DrawsTheSameMembersInAnyOrderAndSaysSo()
    {
        var (first, report) = await MineAsync(Group);
        var (second, _) = await MineAsync(Group.Reverse());

        Assert.Equal(10 * 9 / 2, first.Length);
        Assert.Equal(first, second);
        Assert.Equal(30, Assert.Single(report.Dropped).Count);
        Assert.Equal("\"flag of …\" has 40 captions, of which 10 were drawn", Assert.Single(report.Notes));
    }

    [Fact]
    public async Task Run_GroupOfTwoWordsLargerThanTheLimit_IsNamedWithBoth()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, Enumerable.Range(0, 12).Select(i => $"x{i} flag of y{i}"));
        (options.Mining.Words, options.Mining.MaxGroup) = (2, 10);

        var report = await new ConstructionPipeline(options).RunToAsync(ConstructionStage.Mine);

        Assert.Equal(10 * 9 / 2, report.Kept);
        Assert.Equal("\"… flag of …\" has 12 captions, of which 10 were drawn", Assert.Single(report.Notes));
        Assert.All(Pairs(options), pair => Assert.Matches(@"\|x\d+ y\d+\|x\d+ y\d+$", pair));
    }

    [Fact]
    public async Task Run_PunctuationAndCase_AreIgnored()
    {
        var (pairs, _) = await MineAsync(["A \"red\" T-shirt, on a -- chair.", "a blue t-shirt on a chair", "RED's mug!", "'red's' cup"]);

        Assert.Equal(["a blue t-shirt on a chair|a red t-shirt on a chair|blue|red", "red's cup|red's mug|cup|mug"], pairs);
    }

    private static async Task<(string[] Pairs, StageReport Report)> MineAsync(IEnumerable<string> captions)
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, captions);
        options.Mining.MaxGroup = 10;
        var report = await new ConstructionPipeline(options).RunToAsync(ConstructionStage.Mine);
        return ([.. Pairs(options)], report);
    }

    private static IReadOnlyList<string> Pairs(ConstructionOptions options)
    {
        using var file = WorkFile.Open(options);
        return file.Read("SELECT concat_ws('|', text_a, text_b, word_a, word_b) FROM caption_pairs ORDER BY pair", row => row.GetString(0));
    }

    private static IEnumerable<string> AllPairs(string[] captions, int most)
    {
        string[][] words = [.. captions.Select(caption => caption.Split(' '))];
        for (var i = 0; i < words.Length; i++)
        {
            for (var j = 0; j < words.Length; j++)
            {
                if (words[i].Length == words[j].Length && string.CompareOrdinal(captions[i], captions[j]) < 0
                    && Enumerable.Range(0, words[i].Length).Where(at => words[i][at] != words[j][at]).Take(most + 1).ToArray() is { Length: > 0 } changed && changed.Length <= most)
                {
                    yield return $"{captions[i]}|{captions[j]}|{string.Join(' ', changed.Select(at => words[i][at]))}|{string.Join(' ', changed.Select(at => words[j][at]))}";
                }
                else if (words[i].Length + 1 == words[j].Length && InsertedWord(words[i], words[j]) is { } inserted)
                {
                    yield return $"{captions[i]}|{captions[j]}||{inserted}";
                }
            }
        }
    }

    private static string? InsertedWord(string[] shorter, string[] longer)
    {
        var at = 0;
        while (at < shorter.Length && shorter[at] == longer[at])
        {
            at++;
        }

        return shorter.AsSpan(at).SequenceEqual(longer.AsSpan(at + 1)) ? longer[at] : null;
    }
}
