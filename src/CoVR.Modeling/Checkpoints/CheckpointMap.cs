using static TorchSharp.torch;

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

/// <summary>Fits tensors of one kind to a model of another size.</summary>
/// <param name="Keys">The model's keys it is for; <c>*</c> stands for any characters.</param>
/// <param name="Apply">
/// Given the file's tensor (float32, on the CPU) and the model's shape, returns a new tensor of that shape, or null if it
/// cannot. Called only where the shapes differ.
/// </param>
public sealed record TensorReshape(string Keys, Func<Tensor, IReadOnlyList<long>, Tensor?> Apply)
{
    /// <summary>Resizes position embeddings of a square grid bicubically (see <see cref="PositionEmbedding"/>).</summary>
    /// <param name="keys">The model's keys; <c>*</c> stands for any characters.</param>
    /// <param name="classTokens">Leading positions that are kept as they are.</param>
    /// <param name="alignCorners">False for BLIP and EVA, true for CLIP.</param>
    /// <returns>The rule.</returns>
    public static TensorReshape Positions(string keys, int classTokens = 1, bool alignCorners = false) =>
        new(keys, (source, shape) => PositionEmbedding.TryResize(source, shape, classTokens, alignCorners));
}

/// <summary>Compares keys with patterns in which <c>*</c> stands for any characters, none included.</summary>
internal static class KeyPattern
{
    /// <summary>Whether some pattern fits a key.</summary>
    public static bool MatchesAny(IReadOnlyList<string> patterns, string key) => patterns.Any(pattern => Matches(pattern, key));

    /// <summary>Whether a pattern fits a key.</summary>
    public static bool Matches(string pattern, string key)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1)
        {
            return pattern == key;
        }

        if (key.Length < parts[0].Length + parts[^1].Length
            || !key.StartsWith(parts[0], StringComparison.Ordinal)
            || !key.EndsWith(parts[^1], StringComparison.Ordinal))
        {
            return false;
        }

        var (at, end) = (parts[0].Length, key.Length - parts[^1].Length);
        foreach (var part in parts[1..^1])
        {
            var found = key.AsSpan(at, end - at).IndexOf(part, StringComparison.Ordinal);
            if (found < 0)
            {
                return false;
            }

            at += found + part.Length;
        }

        return true;
    }
}
