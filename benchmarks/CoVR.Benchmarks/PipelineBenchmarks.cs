using BenchmarkDotNet.Attributes;
using CoVR.Blip;
using CoVR.Embedding;
using CoVR.Media;
using CoVR.Media.Sampling;
using CoVR.Media.Transforms;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.Retrieval;
using CoVR.Storage;
using static TorchSharp.torch;

namespace CoVR.Benchmarks;

/// <summary>An embedding job over video files against its slower half alone: the model, or decoding on all cores.</summary>
/// <remarks>With the large model, a ratio of 1.11 means that the model is busy 90 % of the time; with the small one, a ratio near 1 that decoding uses every core. A call takes seconds, for the most part in ffmpeg and libtorch.</remarks>
[WarmupCount(1)]
[IterationCount(5)]
public class PipelineBenchmarks
{
    private const int Videos = 16;
    private const int Frames = 15;
    private readonly EmbeddingOptions _options = new() { BatchSize = 16, QueueLength = 32 };
    private string _folder = "";
    private IReadOnlyList<MediaItem> _items = [];
    private RetrievalPipeline _pipeline = null!;

    /// <summary>Which half is slower: a ViT of 2 blocks, 384 wide, at 224 pixels, or one of a single small block.</summary>
    [Params("model", "decoding")]
    public string Bottleneck { get; set; } = "";

    /// <summary>Writes clips of 4 seconds and makes the model.</summary>
    [GlobalSetup]
    public void Setup()
    {
        _folder = Directory.CreateTempSubdirectory("covr-pipeline-").FullName;
        for (var video = 0; video < Videos; video++)
        {
            MediaWriter.WriteMp4Async(Path.Combine(_folder, $"{video % 4:D2}", $"{video}.mp4"), Clip(video), 25).GetAwaiter().GetResult();
        }

        _items = new MediaFolder { Extensions = [".mp4"], Depth = 1 }.List(_folder);
        var model = MadeModels.Create(new ModelOptions { Architecture = Architecture(Bottleneck == "model"), Vocabulary = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] });
        _pipeline = new RetrievalPipeline
        {
            Model = model,
            FrameReader = new MediaFrameReader(),
            Transform = ImageTransforms.Evaluation(model.Description.Image),
            GallerySampler = FrameSamplers.UniformSegments(Frames),
            QuerySampler = FrameSamplers.Middle,
            Pooling = FramePoolings.Mean,
            Gallery = new MemoryGallery(model.Fingerprint("uniform-15")),
        };
    }

    /// <summary>The slower half alone.</summary>
    [Benchmark(Baseline = true)]
    public async Task Alone()
    {
        if (Bottleneck == "model")
        {
            EncodeOnly();
        }
        else
        {
            await Parallel.ForEachAsync(_items, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, async (item, stop) =>
                await _pipeline.FrameReader.ReadAsync(item.Source, _pipeline.GallerySampler, stop));
        }
    }

    /// <summary>The whole job into a store on the disk; prints how busy the model was.</summary>
    [Benchmark]
    public async Task Job()
    {
        var folder = Path.Combine(_folder, "store-" + Path.GetRandomFileName());
        await using var gallery = new FolderGallery(folder, _pipeline.Model.Fingerprint("uniform-15"));
        var pipeline = _pipeline with { Gallery = gallery };
        var last = new LastProgress();
        await foreach (var outcome in pipeline.CreateEmbeddingJob(_options).EmbedAsync(_items, last))
        {
            if (outcome.Failure is { } failure)
            {
                throw failure;
            }
        }

        Console.WriteLine($"// {Bottleneck}: the model was busy {last.Value?.ModelBusy:P1} of {last.Value?.Elapsed.TotalSeconds:F1} s");
    }

    /// <summary>Removes the files.</summary>
    [GlobalCleanup]
    public void Cleanup()
    {
        _pipeline.Model.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static BlipArchitecture Architecture(bool large) => new()
    {
        Image = ImageInput.Clip(224),
        Vision = large
            ? new VisionTransformerOptions { PatchSize = 16, Width = 384, Depth = 2, Heads = 6, FeedForwardWidth = 1536 }
            : new VisionTransformerOptions { PatchSize = 32, Width = 32, Depth = 1, Heads = 1, FeedForwardWidth = 32 },
        Text = new BertOptions { VocabularySize = 0, Width = 16, Depth = 1, Heads = 1, FeedForwardWidth = 16, MaxPositions = 40 },
        Dimensions = 64,
    };

    private static RgbFrame[] Clip(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, 100).Select(time =>
        {
            var rgb = new byte[320 * 240 * 3];
            for (var i = 0; i < rgb.Length; i++)
            {
                rgb[i] = (byte)(120 + (80 * Math.Sin(((i / 3 % 320) + (time * 3) + (seed * 17)) * 0.05)) + random.Next(8));
            }

            return new RgbFrame(320, 240, rgb);
        })];
    }

    private void EncodeOnly()
    {
        using var quiet = no_grad();
        using var scope = NewDisposeScope();
        var pixels = randn(_options.BatchSize, 3, 224, 224);
        for (var done = 0; done < Videos * Frames; done += _options.BatchSize)
        {
            using var batch = NewDisposeScope();
            _pipeline.Model.Encoder.EncodeTarget(_pipeline.Model.Encoder.EncodeVisual(pixels.narrow(0, 0, Math.Min(_options.BatchSize, (Videos * Frames) - done))));
        }
    }

    private sealed class LastProgress : IProgress<JobProgress>
    {
        public JobProgress? Value { get; private set; }

        public void Report(JobProgress value) => Value = value;
    }
}
