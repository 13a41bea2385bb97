using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = TorchSharp.Modules.LayerNorm;
using Parameter = TorchSharp.Modules.Parameter;

namespace CoVR.Blip2;

/// <summary>
/// CoVR-2 with BLIP-2: visual encoder and its norm, learnt queries, Q-Former and two projections. Keys:
/// <c>visual_encoder.*</c>, <c>ln_vision.*</c>, <c>query_tokens</c> [1, Q, C], <c>Qformer.*</c>, <c>vision_proj.*</c>, <c>text_proj.*</c>.
/// </summary>
/// <remarks>
/// Ventura et al. 2024 (arXiv 2308.14746), Li et al. 2023 (arXiv 2301.12597); reference: <c>src/model/blip2/blip2_cir.py</c>,
/// <c>blip2_cir_text.py</c>, <c>blip2_cir_visual.py</c>, LAVIS' <c>Blip2Qformer.extract_features</c>. <see cref="ModelFamily"/>
/// makes one with weights; the constructor leaves values unset. Safe for concurrent use in evaluation.
/// </remarks>
internal sealed class Blip2Encoder : ComposedFamilyEncoder
{
    private const double VisionNormEpsilon = 1e-5;

    private readonly Blip2Architecture _architecture;
    private bool _visualIsPinned;

    // Made after the components are registered: no part of the state dict, as it is of other weights.
    private Blip2Encoder? _targets;

    [ComponentName(Name = "ln_vision")]
    private readonly LayerNorm _visionNorm;

    [ComponentName(Name = "query_tokens")]
    private Parameter _queries;

    [ComponentName(Name = "Qformer")]
    private readonly QFormer _former;

    [ComponentName(Name = "text_encoder")]
    private readonly ITextEncoder? _text;

    [ComponentName(Name = "vision_proj")]
    private readonly Linear _visionHead;

    [ComponentName(Name = "text_proj")]
    private readonly Linear? _textHead;

    [ComponentName(Name = "fusion")]
    private readonly IFusionModule _fusion;

    /// <summary>Allocates an encoder.</summary>
    /// <param name="architecture">Sizes.</param>
    /// <param name="parts">Parts that replace BLIP-2's own; null for none. A text encoder of the host reads captions.</param>
    /// <param name="device">Where; null for the CPU. The <c>meta</c> device gives names and shapes without weights.</param>
    /// <exception cref="ArgumentException">The sizes are inconsistent, or a text encoder comes without a fusion.</exception>
    public Blip2Encoder(Blip2Architecture architecture, ComposedModelParts? parts = null, Device? device = null)
        : base(nameof(Blip2Encoder), CreateVisual(architecture, parts, device), architecture.Dimensions)
    {
        parts?.RequireFusionForText();
        Vectors = architecture.Queries;
        _architecture = architecture;
        _visionNorm = nn.LayerNorm(Visual.Width, VisionNormEpsilon, device: device);
        _queries = new Parameter(empty([1, architecture.Queries, architecture.Text.Width], device: device));
        _former = new QFormer(architecture.Text, Visual.Width, device);
        _text = parts?.Text;
        _visionHead = new Linear(_former.Width, Dimensions, device: device);
        _textHead = architecture.TextHead ? new Linear(_text?.Width ?? _former.Width, Dimensions, device: device) : null;
        _fusion = CreateFusion(architecture, parts, () => new QFormerFusion(this), device);
        RegisterComponents();
    }

    /// <inheritdoc/>
    /// <value>32 in the published models.</value>
    public override int Vectors { get; }

    /// <summary>The Q-Former.</summary>
    public QFormer Former => _former;

    /// <inheritdoc/>
    public override IFusionModule Fusion => _fusion;

    /// <inheritdoc/>
    /// <remarks>The visual encoder, then <c>ln_vision</c> in 32 bits. A visual encoder that is not trained records no gradient.</remarks>
    public override Tensor EncodeVisual(Tensor pixels)
    {
        using var scope = NewDisposeScope();
        return Normalise(EncodePixels(pixels)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>[B, Q, D]: the queries after looking at the picture, each of unit length; with <see cref="ModelOptions.TargetCheckpoint"/> those of its weights.</remarks>
    public override Tensor EncodeTarget(Tensor visualTokens)
    {
        RequireVisual(visualTokens);
        return (_targets ?? this).EncodeReference(visualTokens);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The architecture has no <see cref="Blip2Architecture.TextHead"/>.</exception>
    public override Tensor EncodeCaption(TokenBatch caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        using var scope = NewDisposeScope();
        var tokens = _text is null ? _former.Encode(caption) : _text.Encode(caption);
        return RequiredTextHead().ProjectFirst(tokens).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>A visual encoder that is pinned (see <see cref="TrainableWeights"/>) stays in evaluation mode.</remarks>
    public override void train(bool train = true)
    {
        base.train(train);
        if (_visualIsPinned)
        {
            (Visual as nn.Module)?.eval();
        }
    }

    /// <inheritdoc/>
    public override void SetTrainable(TrainableWeights set, bool trainVisualEncoder = false)
    {
        base.SetTrainable(set, trainVisualEncoder);

        // The reference pins the visual encoder even where visual-only trains it.
        _visualIsPinned = set switch
        {
            TrainableWeights.Composed => !trainVisualEncoder,
            TrainableWeights.All => false,
            _ => true,
        };
        train(training);
    }

    /// <inheritdoc/>
    public override (Tensor Tokens, Tensor? Mask) EncodePair(Tensor visualTokens, TokenBatch text)
    {
        RequireVisual(visualTokens);
        ArgumentNullException.ThrowIfNull(text);
        using var scope = NewDisposeScope();
        return (_former.Encode(_queries, visualTokens, text).narrow(1, 0, Vectors).MoveToOuterDisposeScope(), null);
    }

    /// <inheritdoc/>
    protected override bool IsTrained(string name, TrainableWeights set) => set switch
    {
        TrainableWeights.Composed => !IsFrozenInQueries(name),
        TrainableWeights.TextOnly => !IsFrozenInQueries(name) && !IsOfQueriesAlone(name),
        _ => !IsIn(name, "Qformer") && !IsIn(name, "text_proj") && !IsIn(name, "text_encoder"),
    };

    /// <inheritdoc/>
    protected override nn.Module _to(Device device, ScalarType dtype, bool non_blocking)
    {
        _targets?._to(device, dtype, non_blocking);
        return base._to(device, dtype, non_blocking);
    }

    /// <inheritdoc/>
    protected override nn.Module _to(DeviceType deviceType, int deviceIndex, bool non_blocking)
    {
        _targets?._to(deviceType, deviceIndex, non_blocking);
        return base._to(deviceType, deviceIndex, non_blocking);
    }

    /// <inheritdoc/>
    protected override nn.Module _to(ScalarType dtype, bool non_blocking)
    {
        _targets?._to(dtype, non_blocking);
        return base._to(dtype, non_blocking);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _targets?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <inheritdoc/>
    public override void Initialize(WeightInitializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        InitializeVisual(initializer);
        _former.Initialize(initializer);
        initializer.Normal(_queries, _architecture.Text.InitializerRange);
        initializer.PyTorchDefault(_visionHead);
        if (_textHead is not null)
        {
            initializer.PyTorchDefault(_textHead);
        }

        InitializeFusion(initializer);
    }

    /// <summary>[B, Q, D]: the queries after looking at the picture, with this encoder's own weights.</summary>
    internal Tensor EncodeReference(Tensor visualTokens)
    {
        using var scope = NewDisposeScope();
        return _visionHead.Project(_former.Encode(_queries, visualTokens)).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    public override ComposedFamilyEncoder CreateTargetEncoder()
    {
        _targets?.Dispose();
        _targets = new Blip2Encoder(_architecture, new ComposedModelParts(new BorrowedVision(this)));
        _targets.eval();
        foreach (var parameter in _targets.parameters())
        {
            parameter.requires_grad = false;
        }

        return _targets;
    }

    /// <inheritdoc/>
    public override Dictionary<string, Tensor> TargetState()
    {
        var state = state_dict();
        foreach (var (key, tensor) in _targets?.state_dict() ?? [])
        {
            state[key] = tensor;
        }

        return state;
    }

    /// <summary>[B, Q, D]: the queries after looking at picture and text.</summary>
    internal Tensor EncodeBoth(Tensor visualTokens, TokenBatch text)
    {
        using var scope = NewDisposeScope();
        var tokens = _former.Encode(_queries, visualTokens, text).narrow(1, 0, Vectors);
        return RequiredTextHead().Project(tokens).MoveToOuterDisposeScope();
    }

    private static bool IsFrozenInQueries(string name) =>
        IsIn(name, "vision_proj") || IsIn(name, "ln_vision") || IsIn(name, "Qformer.cls") || name == "Qformer.bert.embeddings.word_embeddings.weight";

    private static bool IsOfQueriesAlone(string name) =>
        name == "query_tokens"
        || (IsIn(name, "Qformer")
            && (name.Contains(".crossattention.", StringComparison.Ordinal) || name.Contains("_query.", StringComparison.Ordinal)));

    private Tensor Normalise(Tensor tokens) => tokens.dtype is ScalarType.Float16 or ScalarType.BFloat16
        ? nn.functional.layer_norm(
            tokens.to(ScalarType.Float32),
            [Visual.Width],
            _visionNorm.weight!.to(ScalarType.Float32),
            _visionNorm.bias!.to(ScalarType.Float32),
            VisionNormEpsilon).to(tokens.dtype)
        : _visionNorm.call(tokens);

    private Linear RequiredTextHead() =>
        _textHead ?? throw new InvalidOperationException($"This BLIP-2 was built without {nameof(Blip2Architecture.TextHead)}: it embeds pictures only.");

    /// <summary>Another encoder's visual encoder: its width and pictures, but not its weights.</summary>
    private sealed class BorrowedVision(ComposedFamilyEncoder owner) : IVisualEncoder
    {
        /// <inheritdoc/>
        public int Width => owner.Visual.Width;

        /// <inheritdoc/>
        public ImageInput Input => owner.Visual.Input;

        /// <inheritdoc/>
        public Tensor Encode(Tensor pixels) => owner.Visual.Encode(pixels);
    }
}
