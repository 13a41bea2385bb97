namespace CoVR.Modeling.Checkpoints;

/// <summary>How the files of one model family become the state dict of our module: one map per family, all of it data.</summary>
/// <remarks>Applied in the order of the properties. Immutable and safe for several threads if <see cref="Rename"/> is.</remarks>
public sealed class CheckpointMap
{
    /// <summary>The map that changes nothing: files that hold exactly the module's keys.</summary>
    public static CheckpointMap Identity { get; } = new();

    /// <summary>The dictionary of the file that holds the weights, for example <c>model</c>.</summary>
    /// <value>Null (the default) for the top. A file without such a dictionary is read from its top, as safetensors files always are.</value>
    public string? Root { get; init; }

    /// <summary>Prefixes that are cut off, each at most once, in this order: <c>module.</c> of distributed training, for example.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<string> RemovedPrefixes { get; init; } = [];

    /// <summary>Gives a key of the file (prefixes cut) the module's name.</summary>
    /// <value>Null (the default) to keep all.</value>
    public Func<string, string>? Rename { get; init; }

    /// <summary>Keys (renamed; <c>*</c> stands for any characters) that the module may lack; the report lists them as ignored.</summary>
    /// <value>None by default. A key that the module has is loaded in any case.</value>
    public IReadOnlyList<string> Ignored { get; init; } = [];

    /// <summary>Keys of the module (<c>*</c> stands for any characters) that the file may lack; their values stay.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<string> Optional { get; init; } = [];

    /// <summary>What fits tensors of another size, such as position embeddings; the first rule for a key counts.</summary>
    /// <value>None by default.</value>
    public IReadOnlyList<TensorReshape> Reshapes { get; init; } = [];

    /// <summary>This map for a module with weights that the file may lack.</summary>
    internal CheckpointMap WithOptional(string pattern) => new()
    {
        Root = Root,
        RemovedPrefixes = RemovedPrefixes,
        Rename = Rename,
        Ignored = Ignored,
        Optional = [.. Optional, pattern],
        Reshapes = Reshapes,
    };

    internal string Translate(string key)
    {
        foreach (var prefix in RemovedPrefixes)
        {
            key = key.StartsWith(prefix, StringComparison.Ordinal) ? key[prefix.Length..] : key;
        }

        return Rename?.Invoke(key) ?? key;
    }
}
