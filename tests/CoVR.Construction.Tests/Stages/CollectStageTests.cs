using System.Text;
using CoVR.Construction.Work;
using CoVR.TestSupport;

namespace CoVR.Construction.Tests.Stages;

public sealed class CollectStageTests
{
    [Fact]
    public async Task Run_CsvWithFaults_CountsAndNamesEachUnderOneReason()
    {
        using var folder = new TemporaryFolder();
        var long10k = string.Join(' ', Enumerable.Repeat("word", 2000));
        var options = MadeCaptions.Options(folder);
        await File.WriteAllTextAsync(
            folder["captions.csv"], $"id,caption,licence\na,a dog,CC0\nb,,\nc,...,\na,a cat,\nd,{long10k},\n,a horse,\ne,a cow,\n", TestContext.Current.CancellationToken);

        var report = await CollectAsync(options);

        Assert.Equal(2, report.Kept);
        Assert.Equal(
            ["caption of more than 40 words: 1 (d)", "duplicate identity: 1 (a)", "no identity: 1 (a horse)", "no words in the caption: 2 (b, c)"],
            report.Dropped.Select(Shown).Order(StringComparer.Ordinal));
        Assert.Equal(["a|a dog|CC0", "e|a cow"], Items(options));
    }

    [Fact]
    public async Task Run_CsvWithBytesThatAreNoText_DropsThoseLinesByNumber()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder);
        await File.WriteAllBytesAsync(
            folder["captions.csv"], [.. "id,caption\na,a dog\nb,a caf"u8, 0xE9, .. "\nc,a cow\n"u8], TestContext.Current.CancellationToken);

        var report = await CollectAsync(options);

        var dropped = Assert.Single(report.Dropped);
        Assert.Equal((1L, "line 3"), (dropped.Count, Assert.Single(dropped.Examples)));
        Assert.Contains("captions.csv", dropped.Reason, StringComparison.Ordinal);
        Assert.Equal(["a|a dog", "c|a cow"], Items(options));
    }

    [Fact]
    public async Task Run_JsonLinesAndParquet_ReadsThemTogether()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder, "a dog");
        await File.WriteAllTextAsync(
            folder["more.jsonl"], "{\"id\": 7, \"Caption\": \"a cat\", \"group\": \"pets\"}\n{\"id\": \"8\", \"Capt\n{\"id\": \"9\", \"Caption\": \"2 cows\"}\n", TestContext.Current.CancellationToken);
        using (var file = WorkFile.Open(options))
        {
            file.Execute($"COPY (SELECT 'x/y.png' AS path, 'a horse' AS caption) TO '{folder["rows.parquet"]}' (FORMAT parquet)", TestContext.Current.CancellationToken);
        }

        options.Collect.Inputs.Add(folder["more.jsonl"]);
        options.Collect.Inputs.Add(folder["rows.parquet"]);

        var report = await CollectAsync(options);

        Assert.Equal(["0|a dog", "7|a cat|pets", "9|2 cows", "x/y|a horse"], Items(options));
        Assert.Equal(1, report.Dropped.Sum(dropped => dropped.Count));
    }

    [Fact]
    public async Task Run_Folder_ReadsTheTextsBesideMediaAndNamesWhatHasNone()
    {
        using var folder = new TemporaryFolder();
        var media = Directory.CreateDirectory(folder["media", "pets"]).FullName;
        foreach (var name in new[] { "dog.jpg", "cat.png", "cow.mp4", "eel.jpg" })
        {
            await File.WriteAllTextAsync(Path.Combine(media, name), "x", TestContext.Current.CancellationToken);
        }

        await File.WriteAllTextAsync(Path.Combine(media, "dog.txt"), "A dog.\nEin Hund.", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(Path.Combine(media, "cow.txt"), "A cow", new UTF8Encoding(true), TestContext.Current.CancellationToken);
        await File.WriteAllBytesAsync(Path.Combine(media, "eel.txt"), [0x41, 0xE9, 0xFF], TestContext.Current.CancellationToken);
        var options = MadeCaptions.Options(folder);
        options.Collect.Inputs[0] = options.Collect.MediaFolder = folder["media"];

        var report = await CollectAsync(options);

        Assert.Equal(["pets/cow|A cow", "pets/dog|A dog."], Items(options));
        Assert.Equal(["no text beside the file: 1 (pets/cat)", "text is not UTF-8: 1 (pets/eel)"], report.Dropped.Select(Shown).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Run_MediaFolder_DropsCaptionsWithoutAFile()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder);
        Directory.CreateDirectory(folder["media", "a"]);
        await File.WriteAllTextAsync(folder["media", "a", "1.mp4"], "x", TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(
            folder["captions.csv"], $"id,path,caption\na/1,,a dog\nb,{folder["media", "a", "1.mp4"]},a cow\nc,a/1.mp4,a cat\na/2,,a horse\nd,a/3.mp4,an eel\n", TestContext.Current.CancellationToken);
        options.Collect.MediaFolder = folder["media"];

        var report = await CollectAsync(options);

        Assert.Equal(3, report.Kept);
        Assert.Equal("missing media: 2 (a/2, d)", Shown(Assert.Single(report.Dropped)));
    }

    [Fact]
    public async Task Run_WithoutTheColumn_NamesTheColumnsThatAreThere()
    {
        using var folder = new TemporaryFolder();
        var options = MadeCaptions.Options(folder);
        await File.WriteAllTextAsync(folder["captions.csv"], "id,text\n1,a dog\n", TestContext.Current.CancellationToken);

        var error = await Assert.ThrowsAsync<ConstructionException>(() => CollectAsync(options));

        Assert.Contains("'caption'", error.Message, StringComparison.Ordinal);
        Assert.Contains("id, text", error.Message, StringComparison.Ordinal);
    }

    private static async Task<StageReport> CollectAsync(ConstructionOptions options) =>
        (await new ConstructionPipeline(options).RunAsync(ConstructionStage.Collect, cancellationToken: TestContext.Current.CancellationToken)).Single();

    private static string Shown(DroppedRows dropped) => $"{dropped.Reason}: {dropped.Count} ({string.Join(", ", dropped.Examples)})";

    private static IReadOnlyList<string> Items(ConstructionOptions options)
    {
        using var file = WorkFile.Open(options);
        return file.Read("SELECT concat_ws('|', id, caption, grp, licence) AS item FROM items ORDER BY item", row => row.GetString(0));
    }
}
