using CoVR.DependencyInjection;
using CoVR.Losses;
using CoVR.Media;
using CoVR.Media.Sampling;
using CoVR.Media.Transforms;
using CoVR.Modeling;
using CoVR.Training.Batches;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Steps;
using CoVR.Training.Tests.Fakes;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Batches;

[Collection("torch")]
public sealed class PixelSourcesTests
{
    private static readonly ImageInput Input = new(TinyEncoder.Size, [0, 0, 0], [1, 1, 1]);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task ReadAsync_RandomFrame_DependsOnTheSeedOfThePlaceOnly()
    {
        var source = Source(10, random => FrameSamplers.Random(random.Next()), 1);
        int[] first = [.. await Task.WhenAll(Enumerable.Range(0, 20).Select(async seed => (await FramesAsync(source, seed))[0]))];
        int[] second = [.. await Task.WhenAll(Enumerable.Range(0, 20).Select(async seed => (await FramesAsync(source, seed))[0]))];
        Assert.Equal(first, second);
        Assert.True(first.Distinct().Count() > 5, string.Join(' ', first));
    }

    [Theory]
    [InlineData(10, 3, new[] { 1, 4, 7 })]
    [InlineData(2, 3, new[] { 0, 1, 0 })]
    [InlineData(1, 2, new[] { 0, 0 })]
    public async Task ReadAsync_SeveralFrames_AreTheCentresOfSegmentsRepeatedWhenTooFew(int length, int count, int[] expected) =>
        Assert.Equal(expected, await FramesAsync(Source(length, _ => FrameSamplers.UniformSegments(count), count), 0));

    [Fact]
    public async Task Compute_SameFrameTwice_GivesTheLossOfOneFrame()
    {
        using var encoder = new TinyEncoder(1, dropout: 0);
        var step = new ComposedTrainingStep(encoder, [new(new QueryToTargetTerm(new CrossEntropyContrastiveLoss()), 1)]);
        using var one = await First(new Repeating(1));
        using var two = await First(new Repeating(2));
        Assert.Equal(16, two.References!.Count * two.References.Frames);
        using var single = step.Compute(one);
        using var both = step.Compute(two);
        using var inChunks = step.Compute(two, new TrainingContext { ChunkSize = 3 });
        Assert.Equal(single.Total.item<float>(), both.Total.item<float>(), 1e-6f);
        Assert.Equal(single.Total.item<float>(), inChunks.Total.item<float>(), 1e-6f);
    }

    [Theory]
    [InlineData(QueryFrameMethod.Middle, 2)]
    [InlineData(QueryFrameMethod.Random, 3)]
    [InlineData(QueryFrameMethod.Sample, 1)]
    public void Constructor_FramesThatDoNotGoWithTheMethod_AreRefused(QueryFrameMethod method, int frames)
    {
        var error = Assert.Throws<Microsoft.Extensions.Options.OptionsValidationException>(
            () => new Trainer(new TrainingOptions { QueryFrames = method, QueryFrameCount = frames }));
        Assert.StartsWith("QueryFrameCount:", Assert.Single(error.Failures), StringComparison.Ordinal);
    }

    private static MediaPixelSource Source(int length, Func<Random, IFrameSampler> sampler, int frames) => new(
        _ => MediaSource.FromFrames([.. Enumerable.Range(0, length).Select(Frame)]),
        new MediaFrameReader(),
        ImageTransforms.Evaluation(Input),
        sampler,
        frames);

    /// <summary>A grey frame whose level is ten times its number.</summary>
    private static RgbFrame Frame(int number)
    {
        var rgb = new byte[6 * 6 * 3];
        Array.Fill(rgb, (byte)(number * 10));
        return new RgbFrame(6, 6, rgb);
    }

    private static async Task<int[]> FramesAsync(MediaPixelSource source, int seed)
    {
        var each = 3 * TinyEncoder.Size * TinyEncoder.Size;
        var pixels = new float[source.Frames * each];
        await source.ReadAsync(new MediaId("clip"), new Random(seed), pixels, Token);
        return [.. Enumerable.Range(0, source.Frames).Select(frame => (int)Math.Round(pixels[frame * each] * 25.5))];
    }

    private static async Task<ComposedBatch> First(Repeating pixels)
    {
        var world = new FakeWorld();
        var batcher = new TrainingBatcher(
            world.Triplets, new ItemSampler(48, 8), new ComposedBatchSources { Texts = world.Texts, Targets = world, References = pixels });
        await foreach (var batch in batcher.ReadAsync(0, 0, Token))
        {
            return batch;
        }

        throw new InvalidOperationException();
    }

    private sealed class Repeating(int frames) : IPixelSource
    {
        private readonly FakeWorld _world = new();

        public ImageInput Input => _world.Input;

        public int Frames => frames;

        public async ValueTask ReadAsync(MediaId id, Random random, Memory<float> destination, CancellationToken cancellationToken)
        {
            var each = destination.Length / frames;
            await _world.ReadAsync(id, new Random(5), destination[..each], cancellationToken);
            for (var frame = 1; frame < frames; frame++)
            {
                destination[..each].CopyTo(destination[(frame * each)..]);
            }
        }
    }
}
