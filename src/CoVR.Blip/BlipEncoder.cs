using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using TorchSharp.Utils;
using static TorchSharp.torch;
using Parameter = TorchSharp.Modules.Parameter;

namespace CoVR.Blip;

/// <summary>
/// CoVR with BLIP: visual encoder, text encoder, fusion and two projections. Keys: <c>visual_encoder.*</c>,
/// <c>text_encoder.*</c>, <c>vision_proj.*</c>, <c>text_proj.*</c>, and <c>temp</c> where it is a parameter.
/// </summary>
/// <remarks>
/// Ventura et al. 2024 (arXiv 2308.14746); reference: <c>src/model/blip/blip_cir.py</c>, <c>blip_cir_text.py</c>,
/// <c>blip_cir_visual.py</c>, <c>blip_embs.py</c>. One vector a query and target. <see cref="ModelFamily"/> makes one with
/// weights; the constructor leaves values unset. Safe for concurrent use in evaluation.
/// </remarks>
internal sealed class BlipEncoder : ComposedFamilyEncoder
{
    [ComponentName(Name = "temp")]
    private Parameter? _temperature;

    [ComponentName(Name = "text_encoder")]
    private readonly ITextEncoder _text;

    [ComponentName(Name = "vision_proj")]
    private readonly Linear? _visionHead;

    [ComponentName(Name = "text_proj")]
    private readonly Linear _textHead;

    [ComponentName(Name = "fusion")]
    private readonly IFusionModule _fusion;

    /// <summary>Allocates an encoder.</summary>
    /// <param name="architecture">Sizes.</param>
    /// <param name="parts">Parts that replace BLIP's own; null for none.</param>
    /// <param name="device">Where; null for the CPU. The <c>meta</c> device gives names and shapes without weights.</param>
    /// <exception cref="ArgumentException">The sizes are inconsistent, or a text encoder comes without a fusion.</exception>
    public BlipEncoder(BlipArchitecture architecture, ComposedModelParts? parts = null, Device? device = null)
        : base(nameof(BlipEncoder), CreateVisual(architecture, parts, device), architecture.Dimensions)
    {
        parts?.RequireFusionForText();
        _temperature = architecture.TemperatureParameter ? new Parameter(full([], 0.07f, device: device)) : null;
        _text = parts?.Text ?? new MedTextEncoder(architecture.Text, Visual.Width, architecture.EncoderToken, device);
        _visionHead = architecture.VisionHead ? new Linear(Visual.Width, Dimensions, device: device) : null;
        _textHead = new Linear(_text.Width, Dimensions, device: device);
        _fusion = CreateFusion(architecture, parts, () => new CrossAttentionFusion((MedTextEncoder)_text, _textHead, _visionHead), device);
        RegisterComponents();
        _temperature?.DetachFromDisposeScope();
    }

    /// <summary>Allocates the visual encoder alone.</summary>
    internal static IVisualEncoder CreateVisualEncoder(BlipArchitecture architecture) => CreateVisual(architecture, null, null);

    /// <inheritdoc/>
    /// <value>1.</value>
    public override int Vectors => 1;

    /// <inheritdoc/>
    public override IFusionModule Fusion => _fusion;

    /// <summary>The text encoder.</summary>
    public ITextEncoder Text => _text;

    /// <summary>The temperature where it is a parameter, a scalar; null otherwise. Owned by the encoder.</summary>
    public Tensor? Temperature => _temperature;

    /// <inheritdoc/>
    /// <remarks>A visual encoder that is not trained records no gradient; in training mode its stochastic depth acts all the same, as in the reference.</remarks>
    public override Tensor EncodeVisual(Tensor pixels) => EncodePixels(pixels);

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The architecture has no <see cref="BlipArchitecture.VisionHead"/>.</exception>
    public override Tensor EncodeTarget(Tensor visualTokens)
    {
        RequireVisual(visualTokens);
        using var scope = NewDisposeScope();
        return Required(_visionHead).ProjectFirst(visualTokens).unsqueeze(1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override Tensor EncodeCaption(TokenBatch caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        using var scope = NewDisposeScope();
        return _textHead.ProjectFirst(_text.Encode(caption)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>The tokens of the text encoder, which looks at the picture; those of another fusion are its queries.</remarks>
    public override (Tensor Tokens, Tensor? Mask) EncodePair(Tensor visualTokens, TokenBatch text)
    {
        RequireVisual(visualTokens);
        ArgumentNullException.ThrowIfNull(text);
        return _text is MedTextEncoder med ? (med.EncodeWithImage(text, visualTokens), text.MaskOn(visualTokens.device)) : base.EncodePair(visualTokens, text);
    }

    /// <inheritdoc/>
    protected override bool IsTrained(string name, TrainableWeights set) => set switch
    {
        TrainableWeights.Composed => !IsIn(name, "vision_proj"),
        TrainableWeights.TextOnly => !IsIn(name, "vision_proj") && !name.Contains(".crossattention.", StringComparison.Ordinal),
        _ => !IsIn(name, "text_encoder") && !IsIn(name, "text_proj"),
    };

    /// <inheritdoc/>
    public override void Initialize(WeightInitializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        InitializeVisual(initializer);
        (_text as MedTextEncoder)?.Initialize(initializer);
        if (_visionHead is not null)
        {
            initializer.PyTorchDefault(_visionHead);
        }

        initializer.PyTorchDefault(_textHead);
        InitializeFusion(initializer);
    }

    /// <summary>The projection of targets, or an error that says why there is none.</summary>
    internal static Linear Required(Linear? visionHead) =>
        visionHead ?? throw new InvalidOperationException($"This BLIP was built without {nameof(BlipArchitecture.VisionHead)}: it embeds texts only.");
}
