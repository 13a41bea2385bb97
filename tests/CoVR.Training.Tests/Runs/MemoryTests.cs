using System.Diagnostics;
using CoVR.Blip;
using CoVR.Losses;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.TestSupport;
using CoVR.Training.Batches;
using CoVR.Training.Logging;
using CoVR.Training.Runs;
using CoVR.Training.Sampling;
using CoVR.Training.Steps;
using CoVR.Training.Tests.Fakes;
using Microsoft.Extensions.DependencyInjection;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Training.Tests.Runs;

/// <summary>Long runs of a small BLIP leave no tensors behind and take no more memory.</summary>
[Collection("alone")]
public sealed class MemoryTests
{
    private const int Warm = 30;
    private const int All = 230;
    private const long AllowedGrowth = 48L << 20;

    private static readonly string[] Vocabulary =
        ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "red", "blue", "circle", "square", "make", "it", "number", "on", "the", "left"];

    private static readonly BlipArchitecture Architecture = new()
    {
        Image = ImageInput.Clip(TinyEncoder.Size),
        Dimensions = 8,
        Vision = new VisionTransformerOptions { PatchSize = 2, Width = 24, Depth = 2, Heads = 2, FeedForwardWidth = 48 },
        Text = new BertOptions { VocabularySize = 0, Width = 24, Depth = 2, Heads = 2, FeedForwardWidth = 48, MaxPositions = 40 },
    };

    /// <summary>Matrices are small here: a second thread would only make every product wait for it.</summary>
    public MemoryTests() => set_num_threads(1);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <remarks>The visual encoder is trained with all its blocks checkpointed.</remarks>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Training_TwoHundredSteps_KeepsLiveTensorsAndResidentMemory(int accumulated)
    {
        using var model = Create();
        var world = new FakeWorld();
        var run = new TrainingRun<ComposedBatch>
        {
            Step = new ComposedTrainingStep(
                model.Encoder, [new(new QueryToTargetTerm(new HardNegativeNceLoss()), 0.5), new(new QueryToCaptionTerm(new HardNegativeNceLoss()), 0.5)]),
            Batches = new TrainingBatcher(world.Triplets, new ItemSampler(world.Triplets.Count, 16 / accumulated), new ComposedBatchSources
            {
                Texts = TrainingTokenizer.For(model),
                Targets = world,
                References = world,
                Captions = true,
            }),
        };
        var meter = new Meter();
        var options = new TrainingOptions { MaxSteps = All, LearningRate = 1e-3, ClipNorm = 1, AccumulatedBatches = accumulated };
        await new Trainer(options).RunAsync(run, meter, Token);
        meter.AssertFlat();
    }

    [Fact]
    public void Inference_TwoHundredBatches_KeepsLiveTensorsAndResidentMemory()
    {
        using var model = Create();
        var meter = new Meter();
        for (var batch = 1; batch <= All; batch++)
        {
            using (no_grad())
            using (NewDisposeScope())
            {
                var visual = model.Encoder.EncodeVisual(ones(16, 3, TinyEncoder.Size, TinyEncoder.Size));
                model.Encoder.EncodeQuery(visual, model.TokenizeForEvaluation([.. Enumerable.Repeat("make it red", 16)]));
                model.Encoder.EncodeTarget(visual);
            }

            meter.Report(new StepRecord(0, batch, 0, 0, new Dictionary<string, double>(), null));
        }

        meter.AssertFlat();
    }

    private static ComposedModel Create() => TestModels.Create(pipeline => pipeline.UseBlip(options =>
    {
        options.Architecture = Architecture;
        options.Vocabulary = Vocabulary;
        options.Trainable = TrainableWeights.All;
        options.TrainVisualEncoder = true;
        options.Seed = 7;
    }));

    /// <summary>Compares the end with the state after a warm-up.</summary>
    private sealed class Meter : IProgress<StepRecord>
    {
        private (long Tensors, long Bytes) _warm;
        private (long Tensors, long Bytes) _end;

        public void Report(StepRecord value)
        {
            if (value.Step == Warm)
            {
                _warm = Now();
            }

            if (value.Step == All)
            {
                _end = Now();
            }
        }

        internal void AssertFlat()
        {
            Assert.True(_end.Tensors <= _warm.Tensors, $"Live tensors went from {_warm.Tensors} to {_end.Tensors}.");
            Assert.True(_end.Bytes - _warm.Bytes < AllowedGrowth, $"Resident memory went from {_warm.Bytes >> 20} to {_end.Bytes >> 20} MiB.");
        }

        private static (long Tensors, long Bytes) Now()
        {
            using var process = Process.GetCurrentProcess();
            return (Tensor.TotalCount, process.WorkingSet64);
        }
    }
}
