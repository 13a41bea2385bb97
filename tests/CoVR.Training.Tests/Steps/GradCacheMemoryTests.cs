using System.Globalization;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Training.Batches;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Steps;
using CoVR.Training.Tests.Fakes;
using TorchSharp;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Steps;

/// <summary>What a step in chunks takes from the machine, by the high-water mark that Linux keeps of each process.</summary>
[Collection("alone")]
public sealed class GradCacheMemoryTests
{
    private const string Status = "/proc/self/status";
    private const string Reset = "/proc/self/clear_refs";

    [Fact]
    public async Task Compute_InChunks_PeakDoesNotGrowWithTheBatch()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && File.Exists(Reset), "The peak of this process's memory is read as Linux gives it.");
        using var encoder = new HungryEncoder();
        var world = new FakeWorld(items: 64);
        var small = await Peak(encoder, world, 8, chunk: 4);
        var large = await Peak(encoder, world, 64, chunk: 4);
        var whole = await Peak(encoder, world, 64, chunk: null);

        // A row holds 8 MiB until its gradients are known: 512 MiB for the whole batch, 32 MiB for a chunk.
        Assert.True(whole > 400, $"The whole batch takes {whole} MiB.");
        Assert.True(large < 120, $"A batch of 64 in chunks of 4 takes {large} MiB.");
        Assert.True(large - small < 60, $"In chunks a batch of 8 takes {small} MiB and one of 64 takes {large} MiB.");
    }

    private static async Task<long> Peak(HungryEncoder encoder, FakeWorld world, int rows, int? chunk)
    {
        var batches = new TrainingBatcher(world.Triplets, new ItemSampler(world.Triplets.Count, rows), new ComposedBatchSources { Texts = world.Texts, Targets = world, References = world });
        var step = new ComposedTrainingStep(encoder, [new(new QueryToTargetTerm(new HardNegativeNceLoss()), 1)]);
        await using var source = batches.ReadAsync(0, 0, TestContext.Current.CancellationToken).GetAsyncEnumerator(TestContext.Current.CancellationToken);
        Assert.True(await source.MoveNextAsync());
        using var batch = source.Current;
        var before = Read("VmRSS");
        File.WriteAllText(Reset, "5");
        using (NewDisposeScope())
        {
            using var report = step.Compute(batch, new TrainingContext { ChunkSize = chunk });
            report.Backward();
        }

        encoder.zero_grad();
        return (Read("VmHWM") - before) >> 10;
    }

    private static long Read(string name) => long.Parse(
        File.ReadLines(Status).First(line => line.StartsWith(name, StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);

    /// <summary>Keeps eight buffers of 1 MiB for each row until the backward pass.</summary>
    private sealed class HungryEncoder : nn.Module, IComposedEncoder
    {
        private const int Width = 1 << 18;
        private readonly Linear _head;

        internal HungryEncoder()
            : base("hungry")
        {
            manual_seed(1);
            set_num_threads(1);
            _head = nn.Linear(3 * TinyEncoder.Size * TinyEncoder.Size, 8);
            RegisterComponents();
        }

        public int Vectors => 1;

        public int Dimensions => 8;

        public Tensor EncodeVisual(Tensor pixels) => pixels.flatten(1);

        public Tensor EncodeTarget(Tensor visualTokens) => visualTokens;

        public Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both)
        {
            using var scope = NewDisposeScope();
            var head = _head.call(visualTokens!);
            var wide = head.repeat(1, Width / 8);
            for (var i = 0; i < 8; i++)
            {
                wide = wide.sin();
            }

            var sum = head.add(wide.mean([1], keepdim: true));
            return nn.functional.normalize(sum, dim: 1).unsqueeze(1).MoveToOuterDisposeScope();
        }

        public Tensor EncodeCaption(TokenBatch caption) => throw new NotSupportedException();
    }
}
