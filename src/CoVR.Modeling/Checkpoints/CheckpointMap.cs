using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Maps the files of a model family to our module's state dict: one map per family, as data.</summary>
/// <remarks>Applied in the order of the properties; one with defaults changes nothing. Immutable and safe for several threads if <see cref="Rename"/> and <see cref="Reshape"/> are.</remarks>
public sealed class CheckpointMap
{
    /// <summary>The dictionary of the file that holds the weights, for example <c>model</c>.</summary>
    /// <value>Null (the default) for the top. A file without such a dictionary is read from its top, as safetensors files always are.</value>
    public string? Root { get; init; }

    /// <summary>Prefixes to remove, each at most once, in this order: <c>module.</c> of distributed training, for example.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<string> RemovedPrefixes { get; init; } = [];

    /// <summary>Renames a key of the file (without prefixes) to the module's name.</summary>
    /// <value>Null (the default) to keep all.</value>
    public Func<string, string>? Rename { get; init; }

    /// <summary>Keys (renamed; <c>*</c> stands for any characters) that the module may lack; the report lists them as ignored.</summary>
    /// <value>Empty by default. A key that the module has is loaded in any case.</value>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Keys of the module (<c>*</c> stands for any characters) that the file may lack; their values stay.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<string> Optional { get; init; } = [];

    /// <summary>Keys of the module (<c>*</c> stands for any characters) whose tensors <see cref="Reshape"/> fits where the file has another size, such as position embeddings.</summary>
    /// <value>Empty by default.</value>
    public IReadOnlyList<string> Reshaped { get; init; } = [];

    /// <summary>
    /// Given a key of <see cref="Reshaped"/>, the file's tensor (float32, on the CPU) and the model's shape, returns a new tensor of that shape, or null if
    /// it cannot. Called only where the shapes differ.
    /// </summary>
    /// <value><see cref="ResizePositions"/> by default.</value>
    public Func<string, Tensor, IReadOnlyList<long>, Tensor?> Reshape { get; init; } = static (_, source, shape) => ResizePositions(source, shape);

    /// <summary>Resizes position embeddings of a square grid of patches bicubically, as the published code of BLIP, EVA and CLIP does.</summary>
    /// <param name="source">[1, N, C] or [N, C], class tokens first, the rest a square grid, row by row.</param>
    /// <param name="shape">The model's shape.</param>
    /// <param name="classTokens">Leading positions that are kept as they are.</param>
    /// <param name="alignCorners">Whether the corners of both grids coincide (CLIP) or their outer edges (BLIP, EVA).</param>
    /// <returns>A new tensor of that shape; null where a grid is no square or the shapes differ otherwise. The caller (or the current scope) disposes it.</returns>
    public static Tensor? ResizePositions(Tensor source, IReadOnlyList<long> shape, int classTokens = 1, bool alignCorners = false)
    {
        ArgumentNullException.ThrowIfNull(source);
        ArgumentNullException.ThrowIfNull(shape);
        return PositionEmbedding.TryResize(source, shape, classTokens, alignCorners);
    }

    /// <summary>This map with further exceptions.</summary>
    /// <param name="optional">Weights that the file may lack; null for none.</param>
    /// <param name="ignored">Weights that the module may lack; null for none.</param>
    internal CheckpointMap With(string? optional, string? ignored) => new()
    {
        Root = Root,
        RemovedPrefixes = RemovedPrefixes,
        Rename = Rename,
        Ignored = ignored is null ? Ignored : [.. Ignored, ignored],
        Optional = optional is null ? Optional : [.. Optional, optional],
        Reshaped = Reshaped,
        Reshape = Reshape,
    };

    /// <summary>The map for one part of the module alone; everything else in the file is ignored.</summary>
    /// <param name="prefix">What the keys of the part begin with, for example <c>visual_encoder.</c>.</param>
    internal CheckpointMap OfPart(string prefix)
    {
        // No key of a module begins with a slash.
        const string Others = "/";
        return new CheckpointMap
        {
            Root = Root,
            Rename = key => Translate(key) is var name && name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : Others + name,
            Ignored = [Others + "*", .. In(Ignored)],
            Optional = In(Optional),
            Reshaped = In(Reshaped),
            Reshape = (key, source, shape) => Reshape(prefix + key, source, shape),
        };

        IReadOnlyList<string> In(IReadOnlyList<string> patterns) => [.. patterns.Where(pattern => pattern.StartsWith(prefix, StringComparison.Ordinal)).Select(pattern => pattern[prefix.Length..])];
    }

    internal string Translate(string key)
    {
        var cut = RemovedPrefixes.Aggregate(key, (name, prefix) => name.StartsWith(prefix, StringComparison.Ordinal) ? name[prefix.Length..] : name);
        return Rename?.Invoke(cut) ?? cut;
    }
}
