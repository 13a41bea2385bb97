// A program as somebody would write it who knows only the packages: a small BLIP with new weights is written to a file,
// loaded through a pipeline, embeds three pictures and answers one composed query.
using CoVR;
using CoVR.Blip;
using CoVR.Media;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using Microsoft.Extensions.DependencyInjection;

var folder = Directory.CreateTempSubdirectory("covr-consumer-");
try
{
    var weights = Path.Combine(folder.FullName, "blip.safetensors");
    using (var fresh = await BlipArchitecture.Family.CreateAsync(Small(null)))
    {
        Checkpoint.WriteSafetensors(weights, fresh.Module!.state_dict());
    }

    var services = new ServiceCollection();
    services.AddCoVR()
        .UseBlip(options => Copy(Small(weights), options))
        .UseFolderGallery(Path.Combine(folder.FullName, "store"));
    await using var provider = services.BuildServiceProvider();

    MediaItem[] gallery = [Picture("red", 230, 30, 30), Picture("green", 30, 200, 40), Picture("blue", 20, 40, 220)];
    await foreach (var outcome in provider.GetRequiredService<IEmbeddingJob>().EmbedAsync(gallery))
    {
        Console.WriteLine($"{outcome.Status} {outcome.Id} {outcome.Failure?.Message}");
    }

    var query = new ComposedQuery(gallery[0].Source, "make it blue");
    var result = await provider.GetRequiredService<IComposedRetriever>()
        .SearchAsync(query, new SearchOptions { Exclude = new HashSet<MediaId> { gallery[0].Id } });
    foreach (var hit in result.Hits)
    {
        Console.WriteLine(FormattableString.Invariant($"hit {hit.Rank} {hit.Id} {hit.Score:F4}"));
    }
}
finally
{
    folder.Delete(recursive: true);
}

MediaItem Picture(string name, byte red, byte green, byte blue)
{
    var pixels = new byte[40 * 30 * 3];
    for (var i = 0; i < pixels.Length; i += 3)
    {
        (pixels[i], pixels[i + 1], pixels[i + 2]) = (red, green, (byte)(blue + (i / 3 % 16)));
    }

    var path = Path.Combine(folder.FullName, name + ".png");
    MediaWriter.WritePng(path, new RgbFrame(40, 30, pixels));
    return new MediaItem(new MediaId(name), path);
}

static ModelOptions Small(string? checkpoint) => new()
{
    Architecture = new BlipArchitecture
    {
        Image = ImageInput.Clip(32),
        Vision = new VisionTransformerOptions { Width = 32, Depth = 2, Heads = 4, FeedForwardWidth = 64 },
        Text = new BertOptions { VocabularySize = 0, Width = 32, Depth = 2, Heads = 4, FeedForwardWidth = 64, MaxPositions = 64 },
        Dimensions = 16,
    },
    Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "make", "it", "red", "green", "blue"],
    Checkpoint = checkpoint,
};

static void Copy(ModelOptions from, ModelOptions to) =>
    (to.Architecture, to.Vocabulary, to.Checkpoint) = (from.Architecture, from.Vocabulary, from.Checkpoint);
