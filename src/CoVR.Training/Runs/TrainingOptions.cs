using System.ComponentModel.DataAnnotations;
using CoVR.DependencyInjection;
using CoVR.Distributed;
using CoVR.Modeling;
using CoVR.Training.Batches;
using CoVR.Training.Schedules;
using static TorchSharp.torch;

namespace CoVR.Training.Runs;

/// <summary>How a model is trained; the defaults are the reference's.</summary>
public sealed class TrainingOptions
{
    /// <summary>The number of passes over the data, at least 1. Ignored if <see cref="MaxSteps"/> is set.</summary>
    /// <value>5, as <c>configs/trainer/gpu.yaml</c> of the reference.</value>
    [Range(1, 1_000_000)]
    public int Epochs { get; set; } = 5;

    /// <summary>The number of steps in all, over as many epochs as that needs; null: count epochs.</summary>
    /// <value>Null.</value>
    [Range(1L, long.MaxValue)]
    public long? MaxSteps { get; set; }

    /// <summary>B of each process, at least 1; the other items of a batch, of all processes, are the negatives of the losses.</summary>
    /// <value>64.</value>
    [Range(1, 1_000_000)]
    public int BatchSize { get; set; } = 64;

    /// <summary>
    /// How many batches make one step of the optimizer, at least 1; their gradients are averaged. Each batch has only its own
    /// negatives: accumulation saves memory but does not replace a larger batch (see <see cref="ChunkSize"/>). Steps, warm-up and
    /// <see cref="MaxSteps"/> count steps of the optimizer; the last step of an epoch may have fewer batches.
    /// </summary>
    /// <value>1.</value>
    [Range(1, 1_000_000)]
    public int AccumulatedBatches { get; set; } = 1;

    /// <summary>Whether a last, smaller batch of an epoch is left out.</summary>
    /// <value>True, as in the reference.</value>
    public bool DropLast { get; set; } = true;

    /// <summary>
    /// Whether an epoch visits every target once, with one of its triplets drawn (the reference's <c>iterate: pth2</c>); otherwise it
    /// visits every triplet once.
    /// </summary>
    /// <value>True.</value>
    public bool IterateTargets { get; set; } = true;

    /// <summary>What queries are made of: both parts, or the text or the reference alone for the papers' baselines.</summary>
    /// <value><see cref="QueryParts.Both"/>.</value>
    public QueryParts Parts { get; set; } = QueryParts.Both;

    /// <summary>Which frames of a reference video are used.</summary>
    /// <value><see cref="QueryFrameMethod.Middle"/>.</value>
    [EnumDataType(typeof(QueryFrameMethod))]
    public QueryFrameMethod QueryFrames { get; set; } = QueryFrameMethod.Middle;

    /// <summary>How many frames <see cref="QueryFrameMethod.Sample"/> takes, at least 2; 1 otherwise.</summary>
    /// <value>1.</value>
    [Range(1, 1024)]
    public int QueryFrameCount { get; set; } = 1;

    /// <summary>How the stored frames of a target become one embedding.</summary>
    /// <value><see cref="TargetFramePooling.Query"/>.</value>
    [EnumDataType(typeof(TargetFramePooling))]
    public TargetFramePooling TargetPooling { get; set; } = TargetFramePooling.Query;

    /// <summary>How many stored frames of a target are drawn at most (the reference's <c>n_embs</c>), at least 1.</summary>
    /// <value>15.</value>
    [Range(1, 1_000_000)]
    public int TargetFrames { get; set; } = 15;

    /// <summary>Whether texts are padded to the longest of their batch, which is faster, and not to the model's training length. Without effect on the numbers of a model that masks padding.</summary>
    /// <value>False, as in the reference.</value>
    public bool PadToLongest { get; set; }

    /// <summary>
    /// Whether an item whose media cannot be read is left out of its batch and reported; otherwise it ends the run. A batch
    /// of which nothing can be read always ends the run.
    /// </summary>
    /// <value>True.</value>
    public bool SkipUnreadable { get; set; } = true;

    /// <summary>
    /// The type of the model's matrix products: <see cref="ScalarType.Float32"/> (<c>32-true</c>), <see cref="ScalarType.BFloat16"/>
    /// (<c>bf16-mixed</c>), or <see cref="ScalarType.Float16"/> with loss scaling (<c>16-mixed</c>). Weights, gradients, losses, the optimizer and
    /// precision-critical operations are always in 32 bits.
    /// </summary>
    /// <value><see cref="ScalarType.Float32"/>.</value>
    [AllowedValues(ScalarType.Float32, ScalarType.BFloat16, ScalarType.Float16, ErrorMessage = "Training computes in Float32, BFloat16 or Float16.")]
    public ScalarType Precision { get; set; } = ScalarType.Float32;

    /// <summary>
    /// How many items go through the model at a time, at least 1, for batches that do not fit into memory; null: all. Each item
    /// goes forward twice (cached gradients, arXiv:2101.06983); the loss and, without dropout, the gradients are those of the whole batch.
    /// </summary>
    /// <value>Null.</value>
    [Range(1, 1_000_000)]
    public int? ChunkSize { get; set; }

    /// <summary>
    /// Whether chunks keep their visual tokens between both passes if the visual encoder is frozen: it then runs once, for memory
    /// that grows with the batch. Ignored if the visual encoder is trained.
    /// </summary>
    /// <value>False.</value>
    public bool KeepVisualTokens { get; set; }

    /// <summary>
    /// Whether the visual tokens of all references are computed once, before the first step, with the transform of search: for a
    /// frozen visual encoder and tokens that fit into memory. Needs <see cref="QueryFrameMethod.Middle"/>.
    /// </summary>
    /// <value>False.</value>
    public bool PrecomputeVisualTokens { get; set; }

    /// <summary>How many bytes of decoded and transformed images pretraining keeps in memory. Use it only with a transform that makes no random choices.</summary>
    /// <value>0.</value>
    [Range(0, long.MaxValue)]
    public long PixelCacheBytes { get; set; }

    /// <summary>How many batches are prepared at the same time, ahead of use, at least 1. Without effect on the numbers.</summary>
    /// <value>2.</value>
    [Range(1, 1024)]
    public int Workers { get; set; } = 2;

    /// <summary>The seed of order, augmentation and dropout.</summary>
    /// <value>1234.</value>
    public int Seed { get; set; } = 1234;

    /// <summary>
    /// The processes ("ranks") that train together; null: this one alone. R ranks with B items each compute what one process would
    /// with R x B: the loss covers the items of all ranks. They start with the weights of rank 0, average their gradients and stop
    /// together; rank 0 logs, reports and saves.
    /// </summary>
    /// <value>Null.</value>
    public ICollective? Collective { get; set; }

    /// <summary>The initial learning rate, above 0.</summary>
    /// <value>1e-5.</value>
    [Range(0.0, 10.0, MinimumIsExclusive = true)]
    public double LearningRate { get; set; } = 1e-5;

    /// <summary>The learning rate that schedules fall to; not negative and at most <see cref="LearningRate"/>.</summary>
    /// <value>0.</value>
    [Range(0.0, 10.0)]
    public double MinimumLearningRate { get; set; }

    /// <summary>How the learning rate changes.</summary>
    /// <value><see cref="TrainingScheduleKind.CosinePerEpoch"/>.</value>
    [EnumDataType(typeof(TrainingScheduleKind))]
    public TrainingScheduleKind Schedule { get; set; } = TrainingScheduleKind.CosinePerEpoch;

    /// <summary>The factor per epoch of <see cref="TrainingScheduleKind.StepPerEpoch"/>, above 0 and at most 1.</summary>
    /// <value>0.9. The reference uses its weight decay, 0.05, by mistake.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double StepFactor { get; set; } = 0.9;

    /// <summary>Steps in which the learning rate rises from nearly 0; 0: none.</summary>
    /// <value>0.</value>
    [Range(0, int.MaxValue)]
    public int WarmupSteps { get; set; }

    /// <summary>AdamW: decay of the mean of the gradients, in [0, 1).</summary>
    /// <value>0.9.</value>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta1 { get; set; } = 0.9;

    /// <summary>AdamW: decay of the mean of the squared gradients, in [0, 1).</summary>
    /// <value>0.999.</value>
    [Range(0.0, 1.0, MaximumIsExclusive = true)]
    public double Beta2 { get; set; } = 0.999;

    /// <summary>AdamW: added to the root of the mean square, above 0.</summary>
    /// <value>1e-8.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double Epsilon { get; set; } = 1e-8;

    /// <summary>AdamW: decoupled weight decay, not negative.</summary>
    /// <value>0.05, as <c>configs/model/optimizer/adamw.yaml</c> of the reference.</value>
    [Range(0.0, 1000.0)]
    public double WeightDecay { get; set; } = 0.05;

    /// <summary>Whether parameters of fewer than two dimensions (biases, and the scales of norms) decay too.</summary>
    /// <value>True, as in the reference. Most other trainings use false.</value>
    public bool DecayBiasesAndNorms { get; set; } = true;

    /// <summary>The largest Euclidean norm of all gradients together, above 0; null: no limit.</summary>
    /// <value>Null.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? ClipNorm { get; set; }

    /// <summary>The folder of run state, weights and logs; null: nothing is written.</summary>
    /// <value>Null.</value>
    public string? OutputFolder { get; set; }

    /// <summary>Whether a run state in <see cref="OutputFolder"/> is resumed; otherwise it is replaced.</summary>
    /// <value>True.</value>
    public bool Resume { get; set; } = true;

    /// <summary>The interval in steps at which the run state is saved, at least 1; it is saved after every epoch in any case. Null: epochs only.</summary>
    /// <value>Null.</value>
    [Range(1L, long.MaxValue)]
    public long? SaveEverySteps { get; set; }

    /// <summary>
    /// Whether the weights of every epoch are kept, as <c>ckpt_0</c>, <c>ckpt_1</c>, … (the reference's <c>save_ckpt: all</c>); otherwise only
    /// those of the last, as <c>ckpt_last</c>. With validation there is also <c>ckpt_best</c>.
    /// </summary>
    /// <value>False.</value>
    public bool KeepAllCheckpoints { get; set; }

    /// <summary>
    /// The extension, and so the format, of weights files: <c>.safetensors</c> with the model's state dict; <c>.pth</c>, or <c>.ckpt</c> as the
    /// reference names it, that Python's <c>torch.load(weights_only=True)</c> reads, with the state dict under <c>model</c> and the epoch,
    /// counted from 0, under <c>epoch</c>.
    /// </summary>
    /// <value><c>.safetensors</c>.</value>
    [AllowedValues(".safetensors", ".pth", ".ckpt", ErrorMessage = "The extension of weights files must be .safetensors, .pth or .ckpt.")]
    public string WeightsExtension { get; set; } = ".safetensors";
}

/// <summary>Which frames of a reference video a training query uses (the reference's <c>vid_query_method</c>).</summary>
public enum QueryFrameMethod
{
    /// <summary>The middle one (<c>middle</c>).</summary>
    Middle,

    /// <summary>One that is drawn anew at each use (<c>random</c>).</summary>
    Random,

    /// <summary>The centers of n equal segments (<c>sample</c>); the queries of the frames are averaged and normalized again.</summary>
    Sample,
}

/// <summary>How the stored frames of a training target become one embedding (the reference's <c>emb_pool</c>).</summary>
public enum TargetFramePooling
{
    /// <summary>Drawn frames, weighted by softmax(score / 0.1) of how well they fit the modification text (<c>query</c>); equally if there are no scores.</summary>
    Query,

    /// <summary>The mean of drawn frames (<c>mean</c>).</summary>
    Mean,

    /// <summary>The middle frame (<c>middle</c>).</summary>
    Middle,

    /// <summary>As the pipeline pools frames in a search: its <see cref="IFramePooling"/>.</summary>
    Gallery,
}
