using CoVR.Modeling.Native;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Modeling.Families;

/// <summary>Host parts that replace those of a model family; null keeps the family's own.</summary>
/// <param name="Visual">Pictures to tokens; the model takes its width and picture size.</param>
/// <param name="Text">Texts to tokens, for captions; needs a <paramref name="Fusion"/> too, because a family's own reads pictures through its text encoder.</param>
/// <param name="Fusion">Visual tokens and text to query vectors [B, Q, D].</param>
public sealed record ComposedModelParts(IVisualEncoder? Visual = null, ITextEncoder? Text = null, IFusionModule? Fusion = null)
{
    /// <summary>Nothing is replaced.</summary>
    public static ComposedModelParts None { get; } = new();

    /// <summary>Resolves checkpoint names.</summary>
    /// <value>Null: only paths are known.</value>
    public ICheckpointResolver? Checkpoints { get; init; }

    /// <summary>The parts that a host registered for a pipeline.</summary>
    /// <param name="services">The host's services.</param>
    /// <param name="pipeline">The pipeline's name.</param>
    /// <returns>The parts; made on first use, owned by the container.</returns>
    public static ComposedModelParts Of(IServiceProvider services, string pipeline)
    {
        ArgumentNullException.ThrowIfNull(services);
        NativeTorch.EnsureLoaded();
        return new ComposedModelParts(
            services.GetKeyedService<IVisualEncoder>(pipeline),
            services.GetKeyedService<ITextEncoder>(pipeline),
            services.GetKeyedService<IFusionModule>(pipeline))
        {
            Checkpoints = services.GetKeyedService<ICheckpointResolver>(pipeline),
        };
    }

    /// <summary>Keys of a file that the replaced parts do not need, with <c>*</c> for any characters: <c>visual_encoder.*</c>, <c>text_encoder.*</c>, <c>fusion.*</c>.</summary>
    /// <returns>One pattern for each replaced part.</returns>
    public IReadOnlyList<string> ReplacedKeys()
    {
        (object? Part, string Pattern)[] parts = [(Visual, "visual_encoder.*"), (Text, "text_encoder.*"), (Fusion, "fusion.*")];
        return [.. parts.Where(part => part.Part is not null).Select(part => part.Pattern)];
    }

    /// <summary>Refuses a text encoder without a fusion.</summary>
    /// <exception cref="ArgumentException">There is a text encoder, but no fusion.</exception>
    public void RequireFusionForText()
    {
        if (Text is not null && Fusion is null)
        {
            throw new ArgumentException("A custom text encoder needs a custom fusion: the family's own fusion reads pictures through its text encoder.");
        }
    }
}
