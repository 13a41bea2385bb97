using CoVR.Modeling;
using CoVR.Modeling.Layers;
using TorchSharp;
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
/// <c>blip_cir_visual.py</c>, <c>blip_embs.py</c>. One vector a query and target. <see cref="BlipModel"/> makes one with
/// weights; the constructor leaves values unset. Safe for concurrent use in evaluation.
/// </remarks>
public sealed class BlipEncoder : ComposedEncoderModule
{
    [ComponentName(Name = "temp")]
    private Parameter? _temperature;

    [ComponentName(Name = "visual_encoder")]
    private readonly IVisualEncoder _visual;

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
    /// <param name="parts">What replaces BLIP's own parts; null for nothing.</param>
    /// <param name="device">Where; null for the CPU. The <c>meta</c> device gives names and shapes without weights.</param>
    /// <exception cref="ArgumentException">The sizes do not go together, or a text encoder comes without a fusion.</exception>
    public BlipEncoder(BlipArchitecture architecture, BlipParts? parts = null, Device? device = null)
        : base(nameof(BlipEncoder))
    {
        ArgumentNullException.ThrowIfNull(architecture);
        NativeTorch.EnsureLoaded();
        Dimensions = architecture.Dimensions;
        _temperature = architecture.TemperatureParameter ? Outliving(full([], 0.07f, device: device)) : null;
        _visual = parts?.Visual ?? new VisionTransformer(architecture.Vision, architecture.Image, device);
        _text = parts?.Text ?? new MedTextEncoder(architecture.Text, _visual.Width, architecture.EncoderToken, device);
        _visionHead = architecture.VisionHead ? new Linear(_visual.Width, Dimensions, device: device) : null;
        _textHead = new Linear(_text.Width, Dimensions, device: device);
        _fusion = parts?.Fusion ?? DefaultFusion();
        RegisterComponents();
    }

    /// <inheritdoc/>
    /// <value>1.</value>
    public override int Vectors => 1;

    /// <inheritdoc/>
    public override int Dimensions { get; }

    /// <summary>The pictures it reads.</summary>
    public ImageInput Image => _visual.Input;

    /// <summary>The visual encoder.</summary>
    public IVisualEncoder Visual => _visual;

    /// <summary>The text encoder.</summary>
    public ITextEncoder Text => _text;

    /// <summary>The temperature where it is a parameter, a scalar; null otherwise. Owned by the encoder.</summary>
    public Tensor? Temperature => _temperature;

    /// <inheritdoc/>
    /// <remarks>A visual encoder that is not trained records no gradient; in training mode its stochastic depth acts all the same, as in the reference.</remarks>
    public override Tensor EncodeVisual(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        using var noGrad = IsVisualTrained() ? null : no_grad();
        return _visual.Encode(pixels);
    }

    /// <inheritdoc/>
    /// <exception cref="InvalidOperationException">The architecture has no <see cref="BlipArchitecture.VisionHead"/>.</exception>
    public override Tensor EncodeTarget(Tensor visualTokens)
    {
        RequireVisual(visualTokens);
        using var scope = NewDisposeScope();
        return ProjectionHead.Embed(visualTokens, ProjectionHead.Required(_visionHead)).unsqueeze(1).MoveToOuterDisposeScope();
    }

    /// <inheritdoc/>
    /// <remarks>
    /// Both parts: cross attention, the first token through <c>text_proj</c>. Modification alone: as a caption.
    /// Reference alone: as a target. A host's own fusion gets null for a part that is not asked for.
    /// </remarks>
    public override Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both)
    {
        if (parts is not (QueryParts.Reference or QueryParts.Modification or QueryParts.Both))
        {
            throw new ArgumentException($"A query has a reference, a modification, or both, not '{parts}'.", nameof(parts));
        }

        if (parts.HasFlag(QueryParts.Reference))
        {
            RequireVisual(visualTokens);
        }

        if (parts.HasFlag(QueryParts.Modification) && modification is null)
        {
            throw new ArgumentException("The query lacks its modification.", nameof(modification));
        }

        return _fusion.Fuse(
            parts.HasFlag(QueryParts.Reference) ? visualTokens : null,
            parts.HasFlag(QueryParts.Modification) ? modification : null);
    }

    /// <inheritdoc/>
    public override Tensor EncodeCaption(TokenBatch caption)
    {
        ArgumentNullException.ThrowIfNull(caption);
        using var scope = NewDisposeScope();
        return ProjectionHead.Embed(_text.Encode(caption), _textHead).MoveToOuterDisposeScope();
    }

    /// <summary>Chooses what is trained.</summary>
    /// <param name="trainable">The set.</param>
    /// <param name="trainVisualEncoder">Whether the visual encoder is trained in <see cref="BlipTrainable.Composed"/>.</param>
    /// <exception cref="ArgumentException">The set is <see cref="BlipTrainable.TextOnly"/> and the visual encoder shall be trained.</exception>
    public void SetTrainable(BlipTrainable trainable, bool trainVisualEncoder = false)
    {
        if (trainable == BlipTrainable.TextOnly && trainVisualEncoder)
        {
            throw new ArgumentException("The text-only set does not train the visual encoder.", nameof(trainVisualEncoder));
        }

        foreach (var (name, parameter) in named_parameters())
        {
            parameter.requires_grad = trainable switch
            {
                BlipTrainable.Composed => IsIn(name, "vision_proj") ? false : !IsIn(name, "visual_encoder") || trainVisualEncoder,
                BlipTrainable.TextOnly => !IsIn(name, "vision_proj") && !IsIn(name, "visual_encoder") && !name.Contains(".crossattention.", StringComparison.Ordinal),
                BlipTrainable.VisualOnly => !IsIn(name, "text_encoder") && !IsIn(name, "text_proj"),
                BlipTrainable.All => true,
                _ => throw new ArgumentOutOfRangeException(nameof(trainable), trainable, null),
            };
        }
    }

    /// <summary>Sets fresh weights as the reference does; parts of a host are left as they are.</summary>
    /// <param name="initializer">The seeded source; the weights are on the CPU.</param>
    public void Initialise(WeightInitializer initializer)
    {
        ArgumentNullException.ThrowIfNull(initializer);
        (_visual as VisionTransformer)?.Initialise(initializer);
        (_text as MedTextEncoder)?.Initialise(initializer);
        if (_visionHead is not null)
        {
            initializer.PyTorchDefault(_visionHead);
        }

        initializer.PyTorchDefault(_textHead);
    }

    private static bool IsIn(string name, string part) => name.StartsWith(part, StringComparison.Ordinal) && name[part.Length] == '.';

    private static Parameter Outliving(Tensor value)
    {
        var parameter = new Parameter(value);
        parameter.DetachFromDisposeScope();
        return parameter;
    }

    private CrossAttentionFusion DefaultFusion() => _text is MedTextEncoder med
        ? new CrossAttentionFusion(med, _textHead, _visionHead)
        : throw new ArgumentException("A text encoder of the host needs a fusion of the host: BLIP's own reads pictures through BLIP's text encoder.");

    private bool IsVisualTrained() =>
        is_grad_enabled() && _visual is nn.Module module && module.parameters().Any(parameter => parameter.requires_grad);

    private void RequireVisual(Tensor? visualTokens)
    {
        if (visualTokens is null || visualTokens.dim() != 3 || visualTokens.shape[2] != _visual.Width)
        {
            throw new ArgumentException(
                visualTokens is null
                    ? "The query lacks the visual tokens of its reference."
                    : $"Visual tokens are [B, N, {_visual.Width}], not [{string.Join(", ", visualTokens.shape)}].",
                nameof(visualTokens));
        }
    }
}
