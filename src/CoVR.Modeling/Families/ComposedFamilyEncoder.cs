using CoVR.Modeling.Fusion;
using CoVR.Modeling.Layers;
using CoVR.Modeling.Native;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Families;

/// <summary>What the encoders of all model families share: a visual encoder, and a fusion that makes the queries. Keys: <c>visual_encoder.*</c>.</summary>
/// <remarks>A family registers its own parts (<c>RegisterComponents</c>) at the end of its constructor. Safe for concurrent use in evaluation.</remarks>
public abstract class ComposedFamilyEncoder : nn.Module, IComposedEncoder
{
    private const string FusionName = "fusion";
    private const string VisualName = "visual_encoder";

    [ComponentName(Name = VisualName)]
    private readonly IVisualEncoder _visual;

    // Of another runtime, and no part of the state dict.
    private IVisualEncoder? _replacement;

    /// <summary>Sets the visual encoder.</summary>
    /// <param name="name">The module's name.</param>
    /// <param name="visual">The visual encoder; disposed with the encoder when it is a module.</param>
    /// <param name="dimensions">D.</param>
    protected ComposedFamilyEncoder(string name, IVisualEncoder visual, int dimensions)
        : base(name)
    {
        ArgumentNullException.ThrowIfNull(visual);
        (_visual, Dimensions) = (visual, dimensions);
    }

    /// <inheritdoc/>
    public abstract int Vectors { get; }

    /// <inheritdoc/>
    public int Dimensions { get; }

    /// <summary>Its image input.</summary>
    public ImageInput Image => _visual.Input;

    /// <summary>The visual encoder: the family's, the host's, or that of another runtime (<see cref="ModelOptions.VisualEngine"/>).</summary>
    public IVisualEncoder Visual => _replacement ?? _visual;

    /// <summary>What makes queries.</summary>
    public abstract IFusionModule Fusion { get; }

    /// <summary>Whether queries come from the trained head of <see cref="QueryFusion.Late"/>; then that head is all that a composed training changes.</summary>
    protected internal bool HasLateFusion => Fusion is LateFusion;

    /// <summary>Initializes weights as the reference does; replaced parts are left unchanged.</summary>
    /// <param name="initializer">The seeded source; the weights are on the CPU.</param>
    public abstract void Initialize(WeightInitializer initializer);

    /// <summary>Chooses what is trained.</summary>
    /// <param name="set">The set.</param>
    /// <param name="trainVisualEncoder">Whether the visual encoder is trained in <see cref="TrainableWeights.Composed"/>.</param>
    /// <exception cref="ArgumentException">The set is <see cref="TrainableWeights.TextOnly"/> and the visual encoder shall be trained.</exception>
    public virtual void SetTrainable(TrainableWeights set, bool trainVisualEncoder = false)
    {
        if (!Enum.IsDefined(set))
        {
            throw new ArgumentOutOfRangeException(nameof(set), set, null);
        }

        if (set == TrainableWeights.TextOnly && trainVisualEncoder)
        {
            throw new ArgumentException("The text-only set does not train the visual encoder.", nameof(trainVisualEncoder));
        }

        foreach (var (name, parameter) in named_parameters())
        {
            parameter.requires_grad = set switch
            {
                TrainableWeights.None => false,
                TrainableWeights.All => true,
                TrainableWeights.Composed when HasLateFusion => IsIn(name, FusionName),
                _ when IsIn(name, VisualName) => set == TrainableWeights.VisualOnly || trainVisualEncoder,
                _ => IsTrained(name, set),
            };
        }
    }

    /// <summary>Makes an encoder of targets with weights of its own, for families that have one (<see cref="ModelFamily.HasTargetEncoder"/>); the visual encoder is shared.</summary>
    /// <returns>The encoder, whose values are unset, owned by this one; null where there is none.</returns>
    public virtual ComposedFamilyEncoder? CreateTargetEncoder() => null;

    /// <summary>The weights that embed targets; their hash identifies stored embeddings.</summary>
    /// <returns>The encoder's own state dict unless targets have weights of their own.</returns>
    public virtual Dictionary<string, Tensor> TargetState() => state_dict();

    /// <summary>Whether a set trains a parameter that is not the visual encoder's; asked for <see cref="TrainableWeights.Composed"/>, <see cref="TrainableWeights.TextOnly"/> and <see cref="TrainableWeights.VisualOnly"/>.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <param name="set">The set.</param>
    /// <returns>Whether it is trained.</returns>
    protected abstract bool IsTrained(string name, TrainableWeights set);

    /// <inheritdoc/>
    /// <remarks>While only the head of <see cref="QueryFusion.Late"/> is trained, everything else stays in evaluation mode, because it computes the head's inputs.</remarks>
    public override void train(bool train = true)
    {
        base.train(train);
        if (train && HasLateFusion && named_parameters().All(entry => !entry.parameter.requires_grad || IsIn(entry.name, FusionName)))
        {
            foreach (var (_, module) in named_children().Where(child => child.name != FusionName))
            {
                module.eval();
            }
        }
    }

    /// <inheritdoc/>
    public abstract Tensor EncodeVisual(Tensor pixels);

    /// <inheritdoc/>
    public abstract Tensor EncodeTarget(Tensor visualTokens);

    /// <inheritdoc/>
    public abstract Tensor EncodeCaption(TokenBatch caption);

    /// <inheritdoc/>
    public virtual (Tensor Tokens, Tensor? Mask) EncodePair(Tensor visualTokens, TokenBatch text) => (EncodeQuery(visualTokens, text), null);

    /// <inheritdoc/>
    /// <remarks>
    /// The family's own fusion gives what the papers' method gives for both parts, the same as a caption for the modification
    /// alone and the same as a target for the reference alone. A host's fusion gets null for a part that is not asked for.
    /// </remarks>
    public Tensor EncodeQuery(Tensor? visualTokens, TokenBatch? modification, QueryParts parts = QueryParts.Both)
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
            throw new ArgumentException("The query has no modification text.", nameof(modification));
        }

        return Fusion.Fuse(
            parts.HasFlag(QueryParts.Reference) ? visualTokens : null,
            parts.HasFlag(QueryParts.Modification) ? modification : null);
    }

    /// <summary>Lets an encoder of another runtime, which becomes this one's, encode pictures. The weights are freed; their names and shapes stay in the state dict.</summary>
    /// <param name="encoder">Gives what the visual encoder gives.</param>
    internal void ReplaceVisual(IVisualEncoder encoder)
    {
        (_replacement as IDisposable)?.Dispose();
        _replacement = encoder;
        (_visual as nn.Module)?.to(META);
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            (_replacement as IDisposable)?.Dispose();
        }

        base.Dispose(disposing);
    }

    /// <summary>Initializes the weights of the visual encoder as the reference does, unless it is the host's.</summary>
    /// <param name="initializer">The seeded source.</param>
    protected void InitializeVisual(WeightInitializer initializer) => (_visual as VisionTransformerModule)?.Initialize(initializer);

    /// <summary>Sets fresh weights of a head of <see cref="QueryFusion.Late"/>; other fusions have none of their own.</summary>
    /// <param name="initializer">The seeded source.</param>
    protected internal void InitializeFusion(WeightInitializer initializer) => (Fusion as LateFusion)?.Initialize(initializer);

    /// <summary>Creates the visual encoder, a vision transformer of the architecture's sizes.</summary>
    /// <param name="architecture">The sizes.</param>
    /// <param name="parts">A visual encoder of the host takes precedence; may be null.</param>
    /// <param name="device">Where; null for the CPU.</param>
    /// <returns>The visual encoder, which gives [B, N, C] for pictures [B, 3, S, S]; its values are unset.</returns>
    /// <exception cref="ArgumentException">The sizes or kinds do not go together.</exception>
    protected static IVisualEncoder CreateVisual(ComposedArchitecture architecture, ComposedModelParts? parts, Device? device)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        NativeTorch.EnsureLoaded();
        return parts?.Visual ?? VisionTransformerModule.Create(architecture.Vision, architecture.Image, device);
    }

    /// <summary>Creates the fusion named by the parts or the architecture.</summary>
    /// <param name="architecture">The sizes.</param>
    /// <param name="parts">A fusion of the host takes precedence over the architecture's; may be null.</param>
    /// <param name="crossAttention">Makes the family's own.</param>
    /// <param name="device">Where; null for the CPU.</param>
    /// <returns>The fusion; register it as <c>fusion</c>.</returns>
    /// <exception cref="ArgumentException">The architecture names a fusion that does not exist.</exception>
    protected IFusionModule CreateFusion(ComposedArchitecture architecture, ComposedModelParts? parts, Func<IFusionModule> crossAttention, Device? device)
    {
        ArgumentNullException.ThrowIfNull(architecture);
        ArgumentNullException.ThrowIfNull(crossAttention);
        var embeddings = new EmbeddingPair(EncodeTarget, EncodeCaption);
        return parts?.Fusion ?? architecture.Fusion switch
        {
            QueryFusion.CrossAttention => crossAttention(),
            QueryFusion.Average => new AverageFusion(embeddings),
            QueryFusion.Late => new LateFusion(embeddings, Dimensions, device),
            _ => throw new ArgumentException($"There is no fusion '{architecture.Fusion}'.", nameof(architecture)),
        };
    }

    /// <summary>Encodes pictures; a visual encoder that is not trained records no gradient.</summary>
    /// <param name="pixels">[B, 3, S, S].</param>
    /// <returns>[B, N, C].</returns>
    protected Tensor EncodePixels(Tensor pixels)
    {
        ArgumentNullException.ThrowIfNull(pixels);
        using var noGrad = IsVisualTrained() ? null : no_grad();
        return Visual.Encode(pixels);
    }

    /// <summary>Throws if visual tokens have the wrong shape.</summary>
    /// <param name="visualTokens">[B, N, C].</param>
    /// <exception cref="ArgumentException">They are missing or have another shape.</exception>
    protected void RequireVisual([System.Diagnostics.CodeAnalysis.NotNull] Tensor? visualTokens)
    {
        if (visualTokens is null || visualTokens.dim() != 3 || visualTokens.shape[2] != _visual.Width)
        {
            throw new ArgumentException(
                visualTokens is null
                    ? "The query has no visual tokens of its reference."
                    : $"Visual tokens are [B, N, {_visual.Width}], not [{string.Join(", ", visualTokens.shape)}].",
                nameof(visualTokens));
        }
    }

    /// <summary>Whether a parameter's name lies in a part.</summary>
    /// <param name="name">The parameter's name.</param>
    /// <param name="part">For example <c>visual_encoder</c>.</param>
    /// <returns>True for <c>visual_encoder.cls_token</c>.</returns>
    protected static bool IsIn(string name, string part)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(part);
        return name.StartsWith(part, StringComparison.Ordinal) && name.Length > part.Length && name[part.Length] == '.';
    }

    private bool IsVisualTrained() =>
        is_grad_enabled() && _visual is nn.Module module && module.parameters().Any(parameter => parameter.requires_grad);
}
