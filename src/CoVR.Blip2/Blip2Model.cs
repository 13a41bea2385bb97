using CoVR.Checkpoints;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace CoVR.Blip2;

/// <summary>Makes BLIP-2 models with everything that travels with them; what <c>UseBlip2</c> calls.</summary>
public static class Blip2Model
{
    internal static Blip2Family Family { get; } = new();

    /// <summary>Makes a model in evaluation mode.</summary>
    /// <param name="options">What to make.</param>
    /// <param name="parts">What replaces BLIP-2's own parts, and who finds checkpoints; null for nothing, and <see cref="CheckpointResolver.Default"/>.</param>
    /// <param name="logger">Told what was made; may be null.</param>
    /// <param name="cancellationToken">Ends downloads.</param>
    /// <returns>The model; the caller disposes it.</returns>
    /// <exception cref="OptionsValidationException">The options have faults; the message lists all of them.</exception>
    /// <exception cref="CheckpointException">The weights cannot be found or downloaded, the file is damaged, or (<see cref="CheckpointMismatchException"/>) of another model.</exception>
    /// <exception cref="InvalidDataException">The vocabulary is damaged, or larger than the model's.</exception>
    public static ValueTask<ComposedModel> CreateAsync(
        Blip2Options options, ComposedModelParts? parts = null, ILogger? logger = null, CancellationToken cancellationToken = default) =>
        Family.CreateAsync(options, CheckpointResolver.OrDefault(parts), logger, cancellationToken);

    /// <summary>Compares a file with the model that options describe, key by key, without loading it: memory is reserved, but neither set nor read.</summary>
    /// <param name="options">Variant, architecture, fusion and vocabulary; other options are not looked at.</param>
    /// <param name="path">The weights.</param>
    /// <returns>What a strict load would do with every key.</returns>
    /// <exception cref="CheckpointException">The file is damaged, or (<see cref="CheckpointMismatchException"/>) of another model.</exception>
    /// <exception cref="InvalidDataException">The vocabulary is damaged, or larger than the model's.</exception>
    /// <exception cref="ArgumentException">There is no such variant, or the options name no vocabulary.</exception>
    public static LoadReport RequireFit(Blip2Options options, string path) => Family.RequireFit(options, path);
}
