using System.ComponentModel.DataAnnotations;

namespace CoVR.Modeling.Layers;

/// <summary>The sizes and kinds of a BERT with optional cross attention; the defaults are BLIP's text encoder.</summary>
public sealed record BertOptions
{
    /// <summary>Rows of the word embedding; 0 stands for the size of the tokenizer's vocabulary.</summary>
    /// <value>30524: bert-base-uncased with [DEC] and [ENC].</value>
    [Range(0, 10_000_000)]
    public int VocabularySize { get; init; } = 30524;

    /// <summary>C, the width of a token; a multiple of <see cref="Heads"/>.</summary>
    /// <value>768.</value>
    [Range(1, 16384)]
    public int Width { get; init; } = 768;

    /// <summary>Number of layers.</summary>
    /// <value>12.</value>
    [Range(1, 1024)]
    public int Depth { get; init; } = 12;

    /// <summary>Attention heads of a layer.</summary>
    /// <value>12.</value>
    [Range(1, 256)]
    public int Heads { get; init; } = 12;

    /// <summary>Width of a feed-forward.</summary>
    /// <value>3072.</value>
    [Range(1, 65536)]
    public int FeedForwardWidth { get; init; } = 3072;

    /// <summary>The largest T.</summary>
    /// <value>512.</value>
    [Range(1, 65536)]
    public int MaxPositions { get; init; } = 512;

    /// <summary>Added to the variance in every norm.</summary>
    /// <value>1e-12.</value>
    [Range(0.0, 1.0)]
    public double NormEpsilon { get; init; } = 1e-12;

    /// <summary>Dropout of hidden states in training.</summary>
    /// <value>0.1.</value>
    [Range(0, 0.99)]
    public double Dropout { get; init; } = 0.1;

    /// <summary>Dropout of attention weights in training.</summary>
    /// <value>0.1.</value>
    [Range(0, 0.99)]
    public double AttentionDropout { get; init; } = 0.1;

    /// <summary>Standard deviation of fresh weights.</summary>
    /// <value>0.02.</value>
    [Range(0.0, 10.0)]
    public double InitializerRange { get; init; } = 0.02;

    /// <summary>Id of the padding token, whose word vector gets no gradient; null when it is an ordinary row.</summary>
    /// <value>0; a word embedding that was enlarged afterwards (BLIP-2) has none.</value>
    public int? PaddingIndex { get; init; } = 0;

    /// <summary>The interval of layers with cross attention, starting at the first; 0 for none.</summary>
    /// <value>1; the Q-Former has 2.</value>
    [Range(0, 1024)]
    public int CrossAttentionFrequency { get; init; } = 1;

    /// <summary>Whether learnt queries precede the text, with a feed-forward of their own and alone in cross attention: the Q-Former.</summary>
    /// <value>False.</value>
    public bool QueryFeedForward { get; init; }
}
