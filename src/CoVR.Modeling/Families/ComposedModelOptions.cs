using System.ComponentModel.DataAnnotations;

namespace CoVR.Modeling;

/// <summary>What the options of every model family have in common (<c>UseBlip</c>, <c>UseBlip2</c>).</summary>
public abstract class ComposedModelOptions
{
    /// <summary>Where the vocabulary of the published models comes from: bert-base-uncased's 30,522 lines, one token each.</summary>
    public const string PublishedVocabulary = "hf://google-bert/bert-base-uncased/vocab.txt";

    /// <summary>Starts with a family's main variant.</summary>
    /// <param name="variant">Its name.</param>
    protected ComposedModelOptions(string variant) => Variant = variant;

    /// <summary>A published model, as the family names its variants.</summary>
    /// <value>The model of the papers.</value>
    [Required(AllowEmptyStrings = false)]
    public string Variant { get; set; }

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

    /// <summary>Whether the file must hold every weight of the model in its shape, and nothing unknown.</summary>
    /// <value>True; false takes what fits and reports the rest in the log, as the reference does in silence.</value>
    public bool StrictCheckpoint { get; set; } = true;

    /// <summary>Path of a vocabulary, one token a line.</summary>
    /// <value>Null: <see cref="Vocabulary"/>, or without that too the one of the published models, which <see cref="ICheckpointResolver"/> downloads once.</value>
    public string? VocabularyPath { get; set; }

    /// <summary>The vocabulary itself; the place of a token is its id.</summary>
    /// <value>Null: <see cref="VocabularyPath"/>.</value>
    public IReadOnlyList<string>? Vocabulary { get; set; }

    /// <summary>Where the model runs: <c>cpu</c>, <c>cuda</c>, <c>cuda:1</c>, …</summary>
    /// <value><c>cpu</c>.</value>
    [Required(AllowEmptyStrings = false)]
    public string Device { get; set; } = "cpu";

    /// <summary>How a picture and a text become one query; null keeps the architecture's. A fusion of the host (<c>UseFusion</c>) goes before both.</summary>
    /// <value>Null: <see cref="QueryFusion.CrossAttention"/>, the method of the papers.</value>
    public QueryFusion? Fusion { get; set; }

    /// <summary>Whether the visual encoder is trained too.</summary>
    /// <value>False, as in the papers.</value>
    public bool TrainVisualEncoder { get; set; }

    /// <summary>
    /// How many of the visual encoder's last blocks forget their activations while it is trained and compute them again for the
    /// gradient: less memory, about a third more time, the same numbers. 0 for none; null keeps the architecture's number.
    /// </summary>
    /// <value>Null: 12, as in the reference.</value>
    [Range(0, 1024)]
    public int? CheckpointedBlocks { get; set; }

    /// <summary>Seed of fresh weights: one seed gives the same weights, also where several models are made at once.</summary>
    /// <remarks>The process's generator is neither used nor changed. A visual encoder or fusion of your own brings its own weights.</remarks>
    /// <value>1234.</value>
    public ulong Seed { get; set; } = 1234;

    /// <summary>Similarities are divided by this in the losses.</summary>
    /// <value>0.07.</value>
    [Range(1e-6, 1e6)]
    public double Temperature { get; set; } = 0.07;
}
