using System.Text.Json;
using CoVR.Datasets.FashionIQ;
using CoVR.TestData;

[assembly: AssemblyFixture(typeof(CoVR.Cli.Tests.Runs.MatrixWorld))]

namespace CoVR.Cli.Tests.Runs;

/// <summary>
/// A working folder with every data set where the reference's configuration looks for it, embedded with small models of both families. Made when first
/// asked for. <c>model/ckpt=small</c> (<c>small2</c> for BLIP-2) makes any <c>model=</c> of the reference small.
/// </summary>
public sealed class MatrixWorld : IDisposable
{
    private static readonly string[] Videos = ["webvid2m-covr_train.csv", "webvid8m-covr_test.csv"];
    private static readonly string[] Ways = ["text", "visual", "average", "captions"];

    private readonly HashSet<string> _embedded = [];
    private RunWorld? _world;

    /// <inheritdoc/>
    public void Dispose() => _world?.Dispose();

    /// <summary>The arguments with which a model of a family is small and runs on the CPU.</summary>
    internal static string[] Small(string family, params string[] more) => [$"model/ckpt={Checkpoint(family)}", "machine=tiny", "trainer=cpu", .. more];

    /// <summary>The name of a family's small weights.</summary>
    internal static string Checkpoint(string family) => family == "blip" ? "small" : "small2";

    /// <summary>The command line in the folder, with the embeddings of a family.</summary>
    internal async Task<CommandRun> ReadyAsync(string family)
    {
        if (_world is null)
        {
            _world = await RunWorld.CreateAsync();
            Configure("blip", "blip-large", "  model: {embed_dim: 8}");
            Configure("blip2", "blip2-coco", "  model: {num_query_token: 3}");
            _world.Write("configs/test/ways.yaml", "defaults:\n" + string.Concat(Ways.Select(way => $"  - webvid-covr_{way}\n")));
            Shorten("webvid2m-covr_train.csv", 4);
            Shorten("webvid8m-covr_val.csv", 3);
            Shorten("webvid8m-covr_test.csv", 3);
            WriteCirr();
            WriteFashionIQ();
            TinyLayouts.Circo(_world.Run["datasets", "CIRCO"]);
            WriteCcCoIR();
        }

        if (_embedded.Add(family))
        {
            await EmbedAsync(family);
        }

        return _world.Run;
    }

    private void Configure(string family, string model, string more)
    {
        _world!.Write($"configs/model/small-{family}.yaml", $"defaults:\n  - {model}\nmodelname: small-{family}\n");
        _world.Write($"configs/model/ckpt/{Checkpoint(family)}.yaml", $$"""
            # @package _global_
            model:
              ckpt: {name: {{Checkpoint(family)}}, path: null, image_size: 16}
            {{more}}
              architecture:
                dimensions: 8
                vision: {patch_size: 4, width: 16, depth: 2, heads: 2, feed_forward_width: 32, drop_path: 0}
                text: {vocabulary_size: 0, width: 24, depth: 2, heads: 3, feed_forward_width: 48, max_positions: 40, dropout: 0, attention_dropout: 0}
            """);
    }

    // Every video of a query is a start of ffmpeg.
    private void Shorten(string annotations, int rows)
    {
        var file = _world!.Run["annotation", "webvid-covr", annotations];
        File.WriteAllLines(file, [.. File.ReadLines(file).Take(rows + 1)]);
    }

    private void WriteCirr()
    {
        var folder = _world!.Run["datasets", "CIRR"];
        TinyLayouts.Cirr(folder);
        Move(Directory.EnumerateFiles(folder, "*.json"), "cirr");
    }

    // The files of all categories are those of each, one after the other.
    private void WriteFashionIQ()
    {
        var folder = _world!.Run["datasets", "fashion-iq"];
        TinyLayouts.FashionIQ(folder);
        foreach (var (kind, split) in new[] { ("cap", "train"), ("cap", "val"), ("split", "train"), ("split", "val") })
        {
            TinyLayouts.Write(
                Path.Combine(folder, $"{kind}.all.{split}.json"),
                FashionIQOptions.Categories.SelectMany(category => JsonSerializer.Deserialize<JsonElement[]>(File.ReadAllText(Path.Combine(folder, $"{kind}.{category}.{split}.json")))!));
        }

        Move(Directory.EnumerateFiles(folder, "*.json"), "fashion-iq");
    }

    private void WriteCcCoIR()
    {
        var folder = _world!.Run["datasets", "conceptual_captions"];
        TinyLayouts.CcCoIR(folder);
        Directory.Move(Path.Combine(folder, "pictures"), Path.Combine(folder, "train"));
        File.Move(Path.Combine(folder, "train.csv"), Path.Combine(folder, "cc-coir_train.csv"));
        Move([Path.Combine(folder, "cc-coir_train.csv")], "cc-coir");
    }

    private void Move(IEnumerable<string> files, string set)
    {
        Directory.CreateDirectory(_world!.Run["annotation", set]);
        foreach (var file in files.ToList())
        {
            File.Move(file, _world.Run["annotation", set, Path.GetFileName(file)]);
        }
    }

    private async Task EmbedAsync(string family)
    {
        foreach (var (size, annotations) in new[] { "2M", "8M" }.Zip(Videos))
        {
            await EmbedAsync(family, "videos", "--video_dir", $"datasets/WebVid/{size}/train", "--todo_ids", $"annotation/webvid-covr/{annotations}");
        }

        await EmbedAsync(family, "images", "--image_dir", "datasets/CIRR/images");
        await EmbedAsync(family, "images", "--image_dir", "datasets/fashion-iq/images");
        await EmbedAsync(family, "images", "--image_dir", "datasets/CIRCO/COCO2017_unlabeled/unlabeled2017", "--save_dir", $"datasets/CIRCO/{family}-embs-large");
        await EmbedAsync(
            family, "images", "--image_dir", "datasets/conceptual_captions/train", "--todo_ids", "annotation/cc-coir/cc-coir_train.csv", "--save_dir", $"datasets/conceptual_captions/{family}-embs-large/train");
        await EmbedAsync(family, "texts", $"annotation/webvid-covr/{Videos[0]}", $"datasets/WebVid/2M/{family}-vid-embs-large-all");
        await EmbedAsync(family, "texts", "annotation/cc-coir/cc-coir_train.csv", $"datasets/conceptual_captions/{family}-embs-large");
    }

    private Task EmbedAsync(string family, params string[] arguments) =>
        _world!.Run.SucceedAsync(["embed", .. arguments, "--model", $"small-{family}", "--checkpoint", Checkpoint(family)]);
}
