using CoVR.Cli.Tests.Made;
using CoVR.Cli.Tests.Runs;
using CoVR.TestSupport;

namespace CoVR.Cli.Tests.Commands;

[Collection("torch")]
public sealed class ConstructCommandTests
{
    private static readonly string[] Colours = ["red", "blue", "green", "white"];
    private static readonly string[] Shapes = ["ball", "cube", "ring", "star", "cross"];

    /// <summary>Every command of docs/construction.md in its order, with a tiny model.</summary>
    [Fact]
    public async Task Guide_FromCaptionsToFigures_RunsLineByLine()
    {
        using var world = await RunWorld.CreateAsync();
        WriteCaptions(world.Run);
        var lines = File.ReadLines(Path.Combine(TestFolders.Repository, "docs", "construction.md")).Where(line => line.StartsWith("covr ", StringComparison.Ordinal)).ToArray();

        foreach (var line in lines)
        {
            string[] args = [.. line.Split(' ').Skip(1)];
            await world.Run.SucceedAsync([.. args, .. args[0] switch
            {
                "embed" => ["--model", "tiny-blip", "--checkpoint", "tiny"],
                "train" => ["model=tiny-blip", "model/ckpt=tiny", "machine=tiny", "trainer=cpu"],
                "test" => new[] { "model=tiny-blip", "model/ckpt=tiny", "machine=tiny", "trainer=cpu" },
                _ => [],
            }]);
        }

        Assert.Equal(6, lines.Length);
        Assert.Contains("R@1", world.Run.Output, StringComparison.OrdinalIgnoreCase);
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
    public async Task Construct_FileThatIsMissing_NamesIt()
    {
        using var run = new CommandRun();

        Assert.Equal(1, await run.RunAsync(["construct", "nothing.csv"]));

        Assert.Contains("nothing.csv", run.Error, StringComparison.Ordinal);
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
