using System.Globalization;
using CoVR.Cli.Tests.Made;

namespace CoVR.Cli.Tests.Runs;

/// <summary>A working folder as a user has it: annotations and videos of WebVid-CoVR where the configuration looks for them, and tiny models in <c>configs</c>.</summary>
internal sealed class RunWorld : IDisposable
{
    private const int Frames = 5;
    private static readonly string[] Captions = ["a red circle", "a blue circle", "a blue square", "a red square", "a red circle on the left", "the blue square"];
    private static readonly string[] Edits = ["make it blue", "a square", "make it red", "smaller, on the left", "it moves", "and red"];

    private readonly CommandRun _run = new();

    /// <summary>The command line.</summary>
    public CommandRun Run => _run;

    /// <summary>Makes the folder.</summary>
    public static async Task<RunWorld> CreateAsync()
    {
        var world = new RunWorld();
        TinyModel.WriteTo(world.Run);
        world.Write("configs/machine/tiny.yaml", "defaults:\n  - default@paths\nname: tiny\nbatch_size: 3\nnum_workers: 1\nthreads: 1\n");
        await world.WriteVideosAsync("2M", 0);
        await world.WriteVideosAsync("8M", 20);
        world.WriteAnnotations("webvid2m-covr_train.csv", 0);
        world.WriteAnnotations("webvid8m-covr_val.csv", 20);
        world.WriteAnnotations("webvid8m-covr_test.csv", 20);
        return world;
    }

    /// <summary>The arguments with which a tiny model runs.</summary>
    public static string[] Tiny(string family, params string[] more) =>
        [$"model=tiny-{family}", "model/ckpt=tiny", "machine=tiny", "trainer=cpu", "test=webvid-covr", .. more];

    /// <summary>Embeds the targets of both folders by the command line.</summary>
    public async Task EmbedAsync(string family, bool train = true, bool others = true)
    {
        foreach (var (size, annotations) in new[] { ("2M", "webvid2m-covr_train.csv"), ("8M", "webvid8m-covr_test.csv") })
        {
            if (size == "2M" ? train : others)
            {
                await _run.SucceedAsync("embed", "videos", "--video_dir", $"datasets/WebVid/{size}/train", "--todo_ids", $"annotation/webvid-covr/{annotations}", "--model", $"tiny-{family}", "--checkpoint", "tiny");
            }
        }
    }

    /// <summary>Writes a file below the folder.</summary>
    public void Write(string path, string text)
    {
        var file = _run[path.Split('/')];
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, text);
    }

    /// <inheritdoc/>
    public void Dispose() => _run.Dispose();

    private static string Name(int number) => $"{number % 2:D5}/{100 + number}";

    private async Task WriteVideosAsync(string size, int first)
    {
        for (var i = 0; i < 6; i++)
        {
            await TinyMedia.ClipAsync(_run[["datasets", "WebVid", size, "train", .. (Name(first + i) + ".mp4").Split('/')]], first + i, Frames);
        }
    }

    private void WriteAnnotations(string file, int first)
    {
        List<string> rows = ["txt1,txt2,pth1,pth2,edit,scores,sim_txt,sim_vid"];
        for (var i = 0; i < 6; i++)
        {
            var next = (i + 1) % 6;
            var scores = string.Join(", ", Enumerable.Range(0, Frames).Select(frame => (0.1 * ((frame + i) % 4)).ToString("0.0##", CultureInfo.InvariantCulture)));
            rows.Add($"{Captions[i]},{Captions[next]},{Name(first + i)},{Name(first + next)},\"{Edits[i]}\",\"[{scores}]\",0.9,0.8");
        }

        Write($"annotation/webvid-covr/{file}", string.Join('\n', rows) + "\n");
    }
}
