using System.ComponentModel.DataAnnotations;
using CoVR.Modeling.Layers;

namespace CoVR.Modeling.Families;

/// <summary>Which model of a family to load (<c>UseBlip</c>, <c>UseBlip2</c>, <c>UseModelFamily</c>).</summary>
public sealed class ModelOptions
{
    /// <summary>Where the vocabulary of the published models comes from: bert-base-uncased's 30,522 lines, one token each.</summary>
    public const string PublishedVocabulary = "hf://google-bert/bert-base-uncased/vocab.txt";

    /// <summary>A published model, as the family names its variants: <c>large</c>, <c>large-covr</c> and <c>base</c> of BLIP, <c>coco</c>, <c>pretrain</c> and <c>pretrain_vitL</c> of BLIP-2.</summary>
    /// <value>Null: the first of the family, the model of the papers.</value>
    public string? Variant { get; set; }

    /// <summary>Sizes that replace the variant's, for instance for a small model trained from scratch: a <c>BlipArchitecture</c>, <c>Blip2Architecture</c>, …</summary>
    /// <value>Null: the variant's.</value>
    public ComposedArchitecture? Architecture { get; set; }

    /// <summary>Other token lengths than the variant's; null keeps the variant's.</summary>
    /// <value>Null.</value>
    public TextInput? Text { get; set; }

    /// <summary>The name in fingerprints and reports; null for one made of family, variant and picture size.</summary>
    /// <value>Null, for example <c>blip-large-384</c>.</value>
    public string? Name { get; set; }

    /// <summary>
    /// The weights: a path (<c>.pth</c>, <c>.pt</c>, <c>.ckpt</c>, <c>.safetensors</c>, an index or folder of shards), a released name such
    /// as <c>webvid-covr</c>, an <c>https://</c> address, or <c>hf://owner/repository/file</c>; <see cref="ICheckpointResolver"/> finds them.
    /// </summary>
    /// <value>Null: fresh weights of <see cref="Seed"/>.</value>
    public string? Checkpoint { get; set; }

    /// <summary>
    /// The weights that embed targets, named as in <see cref="Checkpoint"/>, but for their visual encoder, which is that of <see cref="Checkpoint"/>; BLIP-2 has them.
    /// CoVR-2 trains its queries against targets that <c>blip2-l-coco</c> embedded, and compares them with such targets only:
    /// give <c>blip2-l-coco</c> here beside a checkpoint of CoVR-2. A gallery that was embedded by it before fits as it is.
    /// </summary>
    /// <value>Null: the weights of <see cref="Checkpoint"/>.</value>
    public string? TargetCheckpoint { get; set; }

    /// <summary>Whether the file must hold exactly the model's weights.</summary>
    /// <value>True; false takes what fits and reports the rest in the log, as the reference does silently.</value>
    public bool StrictCheckpoint { get; set; } = true;

    /// <summary>Path of a vocabulary, one token a line.</summary>
    /// <value>Null: <see cref="Vocabulary"/>, or without that too the one of the published models, which <see cref="ICheckpointResolver"/> downloads once.</value>
    public string? VocabularyPath { get; set; }

    /// <summary>The vocabulary itself; the index of a token is its id.</summary>
    /// <value>Null: <see cref="VocabularyPath"/>.</value>
    public IReadOnlyList<string>? Vocabulary { get; set; }

    /// <summary>Where the model runs: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, …</summary>
    /// <value><c>cpu</c>.</value>
    [Required(AllowEmptyStrings = false)]
    public string Device { get; set; } = "cpu";

    /// <summary>
    /// What products of linear layers are computed in on the CPU. <see cref="ModelPrecision.BFloat16"/> and <see cref="ModelPrecision.Int8"/> are faster where the
    /// processor has instructions for them, take less memory, change embeddings a little (their fingerprint says so), and are for models that are not trained.
    /// </summary>
    /// <value><see cref="ModelPrecision.Float32"/>.</value>
    public ModelPrecision Precision { get; set; }

    /// <summary>
    /// Whether the visual encoder is loaded with the first picture instead of with the model: for programs that mostly ask with texts. The state dict then lacks its weights.
    /// Only for weights that are loaded for a second time, so that their hash is known, and that are not trained; the weights file must stay as it is.
    /// </summary>
    /// <value>False.</value>
    public bool VisualEncoderOnDemand { get; set; }

    /// <summary>
    /// Makes an encoder of another runtime from the loaded visual encoder, its sizes and the <see cref="Precision"/> (<c>UseOnnxRuntime</c> sets it). The model uses that encoder and
    /// disposes it; the weights of its own are freed, so that it can neither be trained nor saved.
    /// </summary>
    /// <value>Null: the visual encoder itself.</value>
    public Func<IVisualEncoder, VisionTransformerOptions, ModelPrecision, IVisualEncoder>? VisualEngine { get; set; }

    /// <summary>How a picture and a text become one query; null keeps the architecture's. A fusion of the host (<c>UseFusion</c>) takes precedence over both.</summary>
    /// <value>Null: <see cref="QueryFusion.CrossAttention"/>, the method of the papers.</value>
    public QueryFusion? Fusion { get; set; }

    /// <summary>Which weights are trained. Layers that are not trained are packed for the processor at hand, which makes them faster.</summary>
    /// <value><see cref="TrainableWeights.None"/>; <see cref="TrainableWeights.Composed"/> in a pipeline with a trainer.</value>
    public TrainableWeights Trainable { get; set; }

    /// <summary>Whether the visual encoder is trained too in <see cref="TrainableWeights.Composed"/>.</summary>
    /// <value>False, as in the papers.</value>
    public bool TrainVisualEncoder { get; set; }

    /// <summary>
    /// How many of the visual encoder's last blocks recompute their activations during training for the
    /// gradient: less memory, about a third more time, the same numbers. 0 for none; null keeps the architecture's number.
    /// </summary>
    /// <value>Null: 12, as in the reference.</value>
    [Range(0, 1024)]
    public int? CheckpointedBlocks { get; set; }

    /// <summary>Seed of fresh weights: the same seed gives the same weights, even if several models are created concurrently.</summary>
    /// <remarks>The process's generator is neither used nor changed. A visual encoder or fusion of your own brings its own weights.</remarks>
    /// <value>1234.</value>
    public ulong Seed { get; set; } = 1234;

    /// <summary>Similarities are divided by this in the losses.</summary>
    /// <value>0.07.</value>
    [Range(1e-6, 1e6)]
    public double Temperature { get; set; } = 0.07;
}

/// <summary>Which weights of a model are trained; the sets of the reference's variants.</summary>
/// <remarks>
/// In BLIP-2 the language head is frozen in all sets but <see cref="All"/>, and the word embeddings with it: they are one tensor. Its visual encoder stays
/// in evaluation mode unless <see cref="Composed"/> or <see cref="All"/> train it.
/// </remarks>
public enum TrainableWeights
{
    /// <summary>None: the model embeds only.</summary>
    None,

    /// <summary>
    /// What makes queries, and the visual encoder if <see cref="ModelOptions.TrainVisualEncoder"/> asks for it; the projection of targets is frozen,
    /// because targets are embedded beforehand. With <see cref="QueryFusion.Late"/>: the head of the fusion only.
    /// </summary>
    Composed,

    /// <summary>The text path and its projection.</summary>
    TextOnly,

    /// <summary>The visual path: the visual encoder and its projection, in BLIP-2 the queries too.</summary>
    VisualOnly,

    /// <summary>Everything, for instance for a contrastive warm-up of pictures and captions.</summary>
    All,
}

/// <summary>What products of linear layers are computed in; sums, norms and attention stay in 32 bits.</summary>
public enum ModelPrecision
{
    /// <summary>32 bits, the numbers of the papers up to rounding.</summary>
    Float32,

    /// <summary>Weights and inputs of products rounded to bfloat16: half the memory, an error of about 1e-3 in an embedding.</summary>
    BFloat16,

    /// <summary>Weights rounded to 8 bits with a scale for each output, inputs to 8 bits with a scale for each row: a quarter of the memory, an error of about 1e-2 in an embedding.</summary>
    Int8,
}
