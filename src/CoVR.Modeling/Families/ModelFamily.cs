using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Text;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace CoVR.Modeling.Families;

/// <summary>A model family: its published models, its encoder, and how weights files become that encoder's state dict.</summary>
/// <remarks>Hand it to <c>UseModelFamily</c>; <c>UseBlip</c> and <c>UseBlip2</c> do that. Immutable and safe for several threads if its functions are.</remarks>
public sealed record ModelFamily
{
    /// <summary>The name in lower case, for example <c>blip</c>; checkpoints of other families are refused by it.</summary>
    public required string Name { get; init; }

    /// <summary>The published models; the first is the default.</summary>
    public required IReadOnlyList<Variant> Variants { get; init; }

    /// <summary>Tokens that the family adds to the vocabulary, in the order of their ids.</summary>
    /// <value>None.</value>
    public IReadOnlyList<string> AddedTokens { get; init; } = [];

    /// <summary>Allocates the encoder on the CPU with uninitialized values. The sizes have the variants' type and the model's vocabulary size.</summary>
    public required Func<ComposedArchitecture, BertTextTokenizer, ComposedModelParts, ComposedFamilyEncoder> CreateEncoder { get; init; }

    /// <summary>Gives the map from files to the state dict; weights of parts that the host replaces may be missing from a file.</summary>
    public required Func<ComposedModelParts, CheckpointMap> GetCheckpointMap { get; init; }

    /// <summary>Whether other weights can embed targets (<see cref="ModelOptions.TargetCheckpoint"/>); then <see cref="ComposedFamilyEncoder.CreateTargetEncoder"/> makes their encoder.</summary>
    /// <value>False.</value>
    public bool HasTargetEncoder { get; init; }

    /// <summary>Finds family-specific faults, one sentence each.</summary>
    /// <value>Finds none.</value>
    public Func<ModelOptions, IEnumerable<string>> FindFaults { get; init; } = _ => [];

    /// <summary>Finds a published model, ignoring case.</summary>
    /// <param name="name">Its name; null for the default.</param>
    /// <returns>The variant, or null.</returns>
    public Variant? Find(string? name) => name is null
        ? Variants[0]
        : Variants.FirstOrDefault(variant => string.Equals(variant.Name, name, StringComparison.OrdinalIgnoreCase));

    /// <summary>Creates a model in evaluation mode, downloading what it needs first.</summary>
    /// <param name="options">The options.</param>
    /// <param name="parts">Parts that replace the family's own, and the checkpoint resolver; null for none, and paths only.</param>
    /// <param name="logger">Logs what was loaded; may be null.</param>
    /// <param name="cancellationToken">Ends downloads.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="OptionsValidationException">The options have faults; the message lists all of them.</exception>
    /// <exception cref="CheckpointException">The weights cannot be found or downloaded, the file is damaged, or (<see cref="CheckpointException"/>) of another model.</exception>
    /// <exception cref="InvalidDataException">The vocabulary is damaged, or larger than the model's.</exception>
    public ValueTask<ComposedModel> CreateAsync(ModelOptions options, ComposedModelParts? parts = null, ILogger? logger = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ModelLoader(this, options, parts ?? ComposedModelParts.None, logger ?? NullLogger.Instance).LoadAsync(cancellationToken);
    }

    /// <summary>Compares a file with the model that options describe, without loading it: the model's memory is reserved, but neither set nor read.</summary>
    /// <param name="options">Variant, architecture, fusion and vocabulary; other options are ignored.</param>
    /// <param name="path">The weights.</param>
    /// <returns>What a strict load would do with every key.</returns>
    /// <exception cref="CheckpointException">The file is damaged, or (<see cref="CheckpointException"/>) of another model.</exception>
    /// <exception cref="InvalidDataException">The vocabulary is damaged, or larger than the model's.</exception>
    /// <exception cref="ArgumentException">There is no such variant, or the options name no vocabulary.</exception>
    public LoadReport RequireFit(ModelOptions options, string path)
    {
        ArgumentNullException.ThrowIfNull(options);
        return new ModelLoader(this, options, ComposedModelParts.None, NullLogger.Instance).RequireFit(path);
    }

    /// <summary>A published model: its architecture, token lengths and origin.</summary>
    /// <param name="Name">As options name it.</param>
    /// <param name="Architecture">Sizes, and the pictures it reads.</param>
    /// <param name="Text">Token lengths and the words a text is cut to.</param>
    /// <param name="Source">Where its weights come from.</param>
    /// <param name="License">Their licence.</param>
    public sealed record Variant(string Name, ComposedArchitecture Architecture, TextInput Text, string Source, string License);
}
