using System.Globalization;
using System.Text.RegularExpressions;
using CoVR.Cli.Tests.Made;
using CoVR.Cli.Tests.Runs;
using CoVR.TestSupport;
using CoVR.TestSupport.AI;

namespace CoVR.Cli.Tests.Commands;

[Collection("torch")]
public sealed class ConstructCommandTests
{
    private static readonly string[] Colours = ["red", "blue", "green", "white"];
    private static readonly string[] Shapes = ["ball", "cube", "ring", "star", "cross"];

    /// <summary>Every command of docs/construction.md in its order, with a tiny model and a server of models that write.</summary>
    [Fact]
    public async Task Guide_FromCaptionsToFigures_RunsLineByLine()
    {
        await using var server = Writers();
        using var world = await RunWorld.CreateAsync();
        WriteCaptions(world.Run);
        CopyPhoto(world.Run, "benchmark", "images");
        await File.WriteAllTextAsync(world.Run["benchmark", "test.csv"], "pth2\nrenamed\n", TestContext.Current.CancellationToken);
        var lines = File.ReadLines(Path.Combine(TestFolders.Repository, "docs", "construction.md")).Where(line => line.StartsWith("covr ", StringComparison.Ordinal)).ToArray();

        var figures = "";
        foreach (var line in lines)
        {
            string[] args = [.. line.Split(' ').Skip(1)];
            var output = await world.Run.SucceedAsync([.. args, .. args[0] switch
            {
                "embed" => ["--model", "tiny-blip", "--checkpoint", "tiny"],
                "train" => ["model=tiny-blip", "model/ckpt=tiny", "machine=tiny", "trainer=cpu"],
                "test" => new[] { "model=tiny-blip", "model/ckpt=tiny", "machine=tiny", "trainer=cpu" },
                _ when args.Contains("ollama") => ["--endpoint", server.Ollama.ToString()],
                _ when args.Contains("openai") => ["--endpoint", server.OpenAI.ToString()],
                _ => [],
            }]);
            figures = args[0] == "test" ? output : figures;
        }

        Assert.Equal(13, lines.Length);
        Assert.NotEmpty(server.Requests);
        Assert.Contains("R@1", figures, StringComparison.OrdinalIgnoreCase);
        Assert.StartsWith("# constructed", await File.ReadAllTextAsync(world.Run["dataset", "README.md"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Construct_Again_SaysWhatIsUnchangedAndWhatWasDropped()
    {
        using var run = new CommandRun();
        WriteCaptions(run);
        File.AppendAllText(run["captions.csv"], "lost,a red house\n");
        string[] command = ["construct", "captions.csv", "--media", "photos", "--exclude", "red ball"];
        var first = await run.SucceedAsync(command);

        var second = await run.SucceedAsync([.. command, "--max-pairs", "3"]);

        Assert.Contains("collect dropped 1: missing media (lost)", first, StringComparison.Ordinal);
        Assert.Contains("excluded phrase 'red ball'", first, StringComparison.Ordinal);
        Assert.Equal(3, second.Split('\n').Count(line => line.Contains("unchanged", StringComparison.Ordinal) && (line.Contains("collect", StringComparison.Ordinal) || line.Contains("mine", StringComparison.Ordinal) || line.Contains("filter-text", StringComparison.Ordinal))));
        Assert.Contains(second.Split('\n'), line => line.Contains("pair-media", StringComparison.Ordinal) && line.Contains("ran", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Construct_TextModelAndEmbeddings_WritesTheScoresThatEmbedScoresWrites()
    {
        using var world = await RunWorld.CreateAsync();
        var run = world.Run;
        WriteCaptions(run);
        await run.SucceedAsync(["embed", "images", "--image_dir", "photos", "--store", "store", .. Tiny]);

        await run.SucceedAsync([
            "construct", "captions.csv", "--media", "photos", "--embeddings", "store", "--text-model", "tiny-blip", "--checkpoint", "tiny", "--min-text-similarity", "-1", "--max-text-similarity", "1",
            "--min-media-similarity", "-1", "--max-media-similarity", "1", "--validation-share", "0", "--test-share", "0"]);

        await run.SucceedAsync(["embed", "texts", "dataset/train.csv", "store", "--column", "edit", .. Tiny]);
        await run.SucceedAsync("embed", "scores", "dataset/train.csv", "store");
        var scores = Scores(run["dataset", "train.csv"]);
        Assert.True(scores.Length > 20, $"{scores.Length} rows");
        Assert.All(scores, score => Assert.Matches(@"^\[-?0\.\d{1,4}\]$", score));
        Assert.Equal(Scores(run["dataset", "train_qs.csv"]), scores);
    }

    [Fact]
    public async Task Construct_BandOfTextSimilarity_DropsByTheModelsCaptionEncoder()
    {
        using var world = await RunWorld.CreateAsync();
        WriteCaptions(world.Run);
        string[] command = ["construct", "captions.csv", "--text-model", "tiny-blip", "--checkpoint", "tiny", "--min-text-similarity", "1", "--max-text-similarity", "1", "--stage"];
        await world.Run.SucceedAsync([.. command, "collect"]);
        await world.Run.SucceedAsync([.. command, "mine"]);

        Assert.Contains("captions too different (", await world.Run.SucceedAsync([.. command, "filter-text"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Construct_EmbeddingsOfATestSet_DropsCopiesOfItsMediaAndSaysSoInTheCard()
    {
        using var world = await RunWorld.CreateAsync();
        var run = world.Run;
        WriteCaptions(run);
        CopyPhoto(run, "benchmark");
        await run.SucceedAsync(["embed", "images", "--image_dir", "photos", "--store", "store", .. Tiny]);
        await run.SucceedAsync(["embed", "images", "--image_dir", "benchmark", "--store", "benchmark-store", .. Tiny]);

        var output = await run.SucceedAsync([
            "construct", "captions.csv", "--media", "photos", "--embeddings", "store", "--test-embeddings", "benchmark-store", "--min-media-similarity", "-1", "--max-media-similarity", "0.999999"]);

        Assert.Contains("split dropped", output, StringComparison.Ordinal);
        Assert.Contains("medium nearly identical to one of a test set (item3 / renamed", output, StringComparison.Ordinal);
        Assert.Contains("medium nearly identical to one of a test set: ", File.ReadAllText(run["dataset", "README.md"]), StringComparison.Ordinal);
        Assert.Contains("media were compared with 1 of test sets", File.ReadAllText(run["dataset", "report.html"]), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Construct_EmbeddingsOfAnotherModel_AreRefused()
    {
        using var world = await RunWorld.CreateAsync();
        WriteCaptions(world.Run);
        await world.Run.SucceedAsync(["embed", "images", "--image_dir", "photos", "--store", "store", .. Tiny]);

        Assert.Equal(1, await world.Run.RunAsync(["construct", "captions.csv", "--media", "photos", "--embeddings", "store", "--text-model", "tiny-blip2", "--checkpoint", "tiny"]));

        Assert.Contains("other weights", world.Run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Construct_FileThatIsMissing_NamesIt()
    {
        using var run = new CommandRun();

        Assert.Equal(1, await run.RunAsync(["construct", "nothing.csv"]));

        Assert.Contains("nothing.csv", run.Error, StringComparison.Ordinal);
    }

    private static string[] Tiny => ["--model", "tiny-blip", "--checkpoint", "tiny"];

    private static string[] Scores(string file) => [.. File.ReadLines(file).Skip(1).Select(line => line[line.LastIndexOf('[')..].TrimEnd('"'))];

    [Fact]
    public async Task Construct_LanguageModelOnADryRunThenABudget_SaysCostAndHowToGoOn()
    {
        await using var server = Writers();
        using var run = new CommandRun();
        WriteCaptions(run);
        await run.SucceedAsync("construct", "captions.csv");
        Environment.SetEnvironmentVariable("COVR_TEST_KEY", "sk-secret");
        string[] command = ["construct", "captions.csv", "--writer", "openai", "--model", "small", "--endpoint", server.OpenAI.ToString(), "--api-key-env", "COVR_TEST_KEY", "--price-in", "1000", "--price-out", "2000"];

        var plan = await run.SucceedAsync([.. command, "--dry-run"]);
        Assert.Matches(@"write-edits: \d+ calls of small, about [\d,]+ tokens read and [\d,]+ written \(cost \d", plan);
        Assert.Empty(server.Requests);

        Assert.Equal(1, await run.RunAsync([.. command, "--token-budget", "80", "--concurrency", "1"]));
        Assert.Contains("raise it (--token-budget) and run again", run.Error, StringComparison.Ordinal);
        Assert.Equal(10, server.Requests.Count);

        var output = await run.SucceedAsync([.. command, "--requests-per-minute", "1000000"]);
        var calls = int.Parse(Regex.Match(plan, @"write-edits: (\d+) calls").Groups[1].Value, CultureInfo.InvariantCulture);
        Assert.Equal(calls, server.Requests.Count);
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"spent by all runs: {8 * calls:N0} tokens (cost {calls * 0.013:N2})"), output, StringComparison.Ordinal);
        Assert.All(server.Requests, request => Assert.Equal("Bearer sk-secret", request.Header("Authorization")));
        Assert.DoesNotContain("sk-secret", output + run.Error + await File.ReadAllTextAsync(run["construction.edits.jsonl"], TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Construct_CaptionsByAModel_DescribesTheFolder()
    {
        await using var server = Writers();
        using var run = new CommandRun();
        WriteCaptions(run);

        var output = await run.SucceedAsync("construct", "photos", "--media", "photos", "--captions", "ollama", "--caption-model", "eyes", "--endpoint", server.Ollama.ToString());

        Assert.Equal(Colours.Length * Shapes.Length, server.Requests.Count);
        Assert.Contains("spent by all runs: 160 tokens", output, StringComparison.Ordinal);
        Assert.NotEmpty(await File.ReadAllLinesAsync(run["dataset", "train.csv"], TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("--writer needs the name of a model", "--writer", "ollama")]
    [InlineData("--writer says what its service speaks", "--model", "small")]
    [InlineData("COVR_TEST_NO_KEY is not set", "--writer", "openai", "--model", "small", "--api-key-env", "COVR_TEST_NO_KEY")]
    [InlineData("--endpoint is not an address", "--writer", "ollama", "--model", "small", "--endpoint", "localhost")]
    [InlineData("--captions describes the media of one folder", "--captions", "ollama", "--caption-model", "eyes")]
    public async Task Construct_ModelArgumentsAtFault_SaysWhichIsMissing(string reason, params string[] args)
    {
        using var run = new CommandRun();
        WriteCaptions(run);

        Assert.Equal(2, await run.RunAsync(["construct", "captions.csv", .. args]));

        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("there is no vocabulary 'words.txt'", "words.txt")]
    [InlineData("weights.pth", "vocab.txt")]
    public async Task Construct_BlipCaptionsWithoutAFile_NamesIt(string reason, string vocabulary)
    {
        using var run = new CommandRun();
        WriteCaptions(run);
        File.WriteAllLines(run["vocab.txt"], ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "picture", "of"]);

        Assert.Equal(1, await run.RunAsync(["construct", "photos", "--captions", "blip", "--caption-model", "weights.pth", "--caption-vocabulary", vocabulary]));

        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    // Edits, and captions of one colour after the other.
    private static ModelServer Writers()
    {
        var seen = 0;
        return new ModelServer
        {
            Reply = prompt => new ChatTurn(prompt.Contains("{\"caption\"", StringComparison.Ordinal)
                ? $$"""{"caption": "a {{Colours[Interlocked.Increment(ref seen) % Colours.Length]}} ball"}"""
                : $$"""{"edits": ["now {{prompt.Split("New: \"")[1].Split('"')[0]}}"]}"""),
        };
    }

    private static void CopyPhoto(CommandRun run, params string[] folder)
    {
        Directory.CreateDirectory(run[folder]);
        File.Copy(run["photos", "item3.png"], run[[.. folder, "renamed.png"]]);
    }

    internal static void WriteCaptions(CommandRun run)
    {
        List<string> rows = ["id,caption"];
        foreach (var (number, (colour, shape)) in Colours.SelectMany(colour => Shapes.Select(shape => (colour, shape))).Index())
        {
            TinyMedia.Picture(run["photos", $"item{number}.png"], number);
            rows.Add($"item{number},a {colour} {shape} on a table");
        }

        File.WriteAllLines(run["captions.csv"], rows);
    }
}
