using CoVR.Data;
using CoVR.Modeling;
using CoVR.Training.Batches;
using CoVR.Training.Sampling;

namespace CoVR.Training.Tests.Fakes;

/// <summary>Made-up triplets whose target is the reference shifted by what the text says.</summary>
internal sealed class FakeWorld : IPixelSource, ITargetEmbeddings
{
    private readonly int _vectors;
    private int _reads;

    internal FakeWorld(int items = 48, int vectors = 1)
    {
        _vectors = vectors;
        Triplets = [.. Enumerable.Range(0, items).Select(i => new Triplet(
            $"t{i}", new MediaId($"item/{i:D3}"), $"make it number {(i * 7) % items}", new MediaId($"item/{(i * 7) % items:D3}"), $"number {(i * 7) % items}"))];
    }

    internal IReadOnlyList<Triplet> Triplets { get; }

    internal int Reads => _reads;

    internal Func<MediaId, Task>? OnRead { get; init; }

    public ImageInput Input { get; } = new(TinyEncoder.Size, [0, 0, 0], [1, 1, 1]);

    public int Vectors => _vectors;

    public int Dimensions => 8;

    internal TrainingTokenizer Texts { get; } = new(new WordHashTokenizer(), new WordHashTokenizer().Clean, 8);

    public async ValueTask ReadAsync(MediaId id, Random random, Memory<float> destination, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        Interlocked.Increment(ref _reads);
        await (OnRead?.Invoke(id) ?? Task.CompletedTask);
        var fixedPart = new Random(Number(id));
        for (var i = 0; i < destination.Length; i++)
        {
            destination.Span[i] = fixedPart.NextSingle() + (0.1f * random.NextSingle());
        }
    }

    public ValueTask<EmbeddingSet> ReadAsync(Triplet triplet, Random random, CancellationToken cancellationToken)
    {
        var numbers = new Random(1000 + Number(triplet.Target!.Value));
        return ValueTask.FromResult(new EmbeddingSet(Enumerable.Range(0, _vectors * 8).Select(_ => numbers.NextSingle() - 0.5f).ToArray(), _vectors, 8));
    }

    internal TrainingBatcher Batcher(int batchSize = 8, int workers = 2, bool captions = false, int seed = 1234) => new(
        Triplets,
        new TripletSampler(Triplets, new TripletSamplerOptions { BatchSize = batchSize, Seed = seed }),
        new ComposedBatchSources { Texts = Texts, Targets = this, References = this, Captions = captions },
        workers,
        seed);

    private static int Number(MediaId id) => int.Parse(id.Value.Split('/')[1], System.Globalization.CultureInfo.InvariantCulture);
}
