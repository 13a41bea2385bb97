using System.ComponentModel.DataAnnotations;
using CoVR.Modeling;

namespace CoVR.Training;

/// <summary>How a model is trained; the defaults are the reference's.</summary>
public sealed class TrainingOptions
{
    /// <summary>How often the data is gone through; at least 1. Without effect when <see cref="MaxSteps"/> is set.</summary>
    /// <value>5, as <c>configs/trainer/gpu.yaml</c> of the reference.</value>
    [Range(1, 1_000_000)]
    public int Epochs { get; set; } = 5;

    /// <summary>How many steps are taken in all, over as many epochs as that needs; null to count epochs.</summary>
    /// <value>Null.</value>
    [Range(1L, long.MaxValue)]
    public long? MaxSteps { get; set; }

    /// <summary>B of each process, at least 1; losses have the other items of one batch, of all processes, as negatives.</summary>
    /// <value>64.</value>
    [Range(1, 1_000_000)]
    public int BatchSize { get; set; } = 64;

    /// <summary>
    /// How many batches make one step of the optimiser, at least 1: gradients are averaged over them. Each batch is compared
    /// with itself only, so that accumulation saves memory but does not give the negatives of a larger batch. Steps, warm-up
    /// and <see cref="MaxSteps"/> count steps of the optimiser; the last step of an epoch may have fewer batches.
    /// </summary>
    /// <value>1.</value>
    [Range(1, 1_000_000)]
    public int AccumulatedBatches { get; set; } = 1;

    /// <summary>Whether a last batch of fewer items is left out of an epoch.</summary>
    /// <value>True, as in the reference.</value>
    public bool DropLast { get; set; } = true;

    /// <summary>What queries look at: both parts, or the text or the reference alone for the papers' baselines.</summary>
    /// <value><see cref="QueryParts.Both"/>.</value>
    public QueryParts Parts { get; set; } = QueryParts.Both;

    /// <summary>Which frames of a reference video are looked at.</summary>
    /// <value><see cref="QueryFrameMethod.Middle"/>.</value>
    [EnumDataType(typeof(QueryFrameMethod))]
    public QueryFrameMethod QueryFrames { get; set; } = QueryFrameMethod.Middle;

    /// <summary>How many frames <see cref="QueryFrameMethod.Sample"/> takes, then at least 2; otherwise 1.</summary>
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

    /// <summary>
    /// Whether an item whose media cannot be read is left out of its batch and reported. When false it ends the run. A batch
    /// of which nothing can be read ends the run in any case.
    /// </summary>
    /// <value>True.</value>
    public bool SkipUnreadable { get; set; } = true;

    /// <summary>The arithmetic of the model.</summary>
    /// <value><see cref="TrainingPrecision.Float32"/>.</value>
    [EnumDataType(typeof(TrainingPrecision))]
    public TrainingPrecision Precision { get; set; } = TrainingPrecision.Float32;

    /// <summary>
    /// How many items go through the model at a time, at least 1, where a whole batch does not fit into memory; null for all. The
    /// loss stays that of the batch, each item goes forward twice. See <see cref="ComposedTrainingStepOptions.ChunkSize"/>.
    /// </summary>
    /// <value>Null.</value>
    [Range(1, 1_000_000)]
    public int? ChunkSize { get; set; }

    /// <summary>Whether a frozen visual encoder runs once for a batch in chunks, for memory that grows with the batch; see <see cref="ComposedTrainingStepOptions.KeepVisualTokens"/>.</summary>
    /// <value>False.</value>
    public bool KeepVisualTokens { get; set; }

    /// <summary>What counts as one item of an epoch.</summary>
    /// <value><see cref="TripletIteration.Targets"/>.</value>
    [EnumDataType(typeof(TripletIteration))]
    public TripletIteration Iterate { get; set; } = TripletIteration.Targets;

    /// <summary>How many batches are prepared at the same time, ahead of their use; at least 1. Without effect on the numbers.</summary>
    /// <value>2.</value>
    [Range(1, 1024)]
    public int Workers { get; set; } = 2;

    /// <summary>The seed of order, augmentation and dropout.</summary>
    /// <value>1234.</value>
    public int Seed { get; set; } = 1234;

    /// <summary>Whether target captions are encoded too, which the term <c>si_tc</c> needs.</summary>
    /// <value>False.</value>
    public bool Captions { get; set; }

    /// <summary>The learning rate at the start, above 0.</summary>
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

    /// <summary>The factor of an epoch in <see cref="TrainingScheduleKind.StepPerEpoch"/>, above 0 and at most 1.</summary>
    /// <value>0.9. The reference takes its weight decay, 0.05, by a slip.</value>
    [Range(0.0, 1.0, MinimumIsExclusive = true)]
    public double StepFactor { get; set; } = 0.9;

    /// <summary>Steps in which the learning rate rises from nearly nothing; 0 for none.</summary>
    /// <value>0.</value>
    [Range(0, int.MaxValue)]
    public int WarmupSteps { get; set; }

    /// <summary>The numbers of AdamW.</summary>
    /// <value>PyTorch's defaults, weight decay 0.05.</value>
    [Required]
    public AdamWOptions AdamW { get; set; } = new();

    /// <summary>The largest Euclidean norm of all gradients together, above 0; null for no limit.</summary>
    /// <value>Null.</value>
    [Range(0, double.MaxValue, MinimumIsExclusive = true)]
    public double? ClipNorm { get; set; }

    /// <summary>The folder of run state, weights and logs; null to write nothing.</summary>
    /// <value>Null.</value>
    public string? OutputFolder { get; set; }

    /// <summary>Whether a run state in <see cref="OutputFolder"/> is continued; else it is replaced.</summary>
    /// <value>True.</value>
    public bool Resume { get; set; } = true;

    /// <summary>After how many steps the run state is saved, at least 1; it is saved after every epoch in any case. Null for epochs only.</summary>
    /// <value>Null.</value>
    [Range(1L, long.MaxValue)]
    public long? SaveEverySteps { get; set; }

    /// <summary>Which weights files are left behind.</summary>
    /// <value><see cref="CheckpointKeeping.Last"/>.</value>
    [EnumDataType(typeof(CheckpointKeeping))]
    public CheckpointKeeping Keep { get; set; } = CheckpointKeeping.Last;

    /// <summary>The form of weights files.</summary>
    /// <value><see cref="WeightsFormat.Safetensors"/>.</value>
    [EnumDataType(typeof(WeightsFormat))]
    public WeightsFormat Weights { get; set; } = WeightsFormat.Safetensors;
}
