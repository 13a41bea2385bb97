using System.Collections;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Native;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Reproduction.Embedding;

/// <summary>Embeddings of texts, keyed by the text as in the file: the reference's <c>txt2_{annotation}.pth</c>.</summary>
/// <remarks>Immutable; safe for use from several threads. Read and written without holding tensors.</remarks>
public sealed class TextEmbeddings : IReadOnlyDictionary<string, ReadOnlyMemory<float>>
{
    private readonly Dictionary<string, int> _rows;
    private readonly ReadOnlyMemory<float> _values;

    /// <summary>Wraps texts and numbers without copying the numbers.</summary>
    /// <param name="texts">Each once.</param>
    /// <param name="values">[texts, D], row by row; must not be changed afterwards.</param>
    /// <param name="dimensions">D, at least 1.</param>
    /// <exception cref="ArgumentException">The sizes do not match, or a text occurs twice.</exception>
    public TextEmbeddings(IReadOnlyList<string> texts, ReadOnlyMemory<float> values, int dimensions)
    {
        ArgumentNullException.ThrowIfNull(texts);
        ArgumentOutOfRangeException.ThrowIfLessThan(dimensions, 1);
        if (values.Length != (long)texts.Count * dimensions)
        {
            throw new ArgumentException($"{texts.Count} texts of {dimensions} dimensions need {(long)texts.Count * dimensions} values, not {values.Length}.", nameof(values));
        }

        (Texts, _values, Dimensions) = (texts, values, dimensions);
        _rows = new Dictionary<string, int>(texts.Count, StringComparer.Ordinal);
        for (var row = 0; row < texts.Count; row++)
        {
            if (!_rows.TryAdd(texts[row], row))
            {
                throw new ArgumentException($"'{texts[row]}' appears twice.", nameof(texts));
            }
        }
    }

    /// <summary>The texts, in the file's order.</summary>
    public IReadOnlyList<string> Texts { get; }

    /// <summary>D.</summary>
    public int Dimensions { get; }

    /// <summary>Finds the embedding of a text.</summary>
    /// <param name="text">Exactly as in <see cref="Texts"/>.</param>
    /// <param name="embedding">[D].</param>
    /// <returns>Whether it is there.</returns>
    public bool TryGet(string text, out ReadOnlyMemory<float> embedding)
    {
        var found = _rows.TryGetValue(text, out var row);
        embedding = found ? _values.Slice(row * Dimensions, Dimensions) : default;
        return found;
    }

    /// <inheritdoc/>
    public int Count => Texts.Count;

    IEnumerable<string> IReadOnlyDictionary<string, ReadOnlyMemory<float>>.Keys => Texts;

    IEnumerable<ReadOnlyMemory<float>> IReadOnlyDictionary<string, ReadOnlyMemory<float>>.Values => Texts.Select(text => this[text]);

    /// <inheritdoc/>
    public ReadOnlyMemory<float> this[string key] =>
        TryGet(key, out var embedding) ? embedding : throw new KeyNotFoundException($"There is no embedding of '{key}'.");

    /// <inheritdoc/>
    public bool ContainsKey(string key) => _rows.ContainsKey(key);

    bool IReadOnlyDictionary<string, ReadOnlyMemory<float>>.TryGetValue(string key, [MaybeNullWhen(false)] out ReadOnlyMemory<float> value) => TryGet(key, out value);

    /// <inheritdoc/>
    public IEnumerator<KeyValuePair<string, ReadOnlyMemory<float>>> GetEnumerator() => Texts.Select(text => KeyValuePair.Create(text, this[text])).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>Reads a file of the reference or of ours: <c>{"texts", "feats"}</c>, or <c>{"edits", "feats"}</c> as <c>get_scores.py</c> expects it.</summary>
    /// <param name="path">The file.</param>
    /// <returns>Its content.</returns>
    /// <exception cref="CheckpointException">There is no such file, or it is damaged.</exception>
    /// <exception cref="GalleryException">It holds something else.</exception>
    public static TextEmbeddings Load(string path)
    {
        NativeTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        using var file = Checkpoint.Open(path);
        var content = file.Content as IReadOnlyDictionary<object, object?>;
        if (TextsOf(content) is not { } texts || content!.GetValueOrDefault("feats") is not CheckpointTensor { Shape: [var rows, var dimensions] } stored || rows != texts.Count)
        {
            throw new GalleryException(path, "it holds no texts with embeddings; expected {\"texts\": N texts, \"feats\": a tensor [N, D]}.");
        }

        var values = MemoryMarshal.Cast<byte, float>(stored.Read().to(ScalarType.Float32).contiguous().bytes).ToArray();
        return new TextEmbeddings([.. texts.Cast<string>()], values, (int)dimensions);
    }

    /// <summary>Puts texts of several files together.</summary>
    /// <param name="parts">At least one, all of one D.</param>
    /// <returns>All texts; where two have one, the first counts.</returns>
    public static TextEmbeddings Join(IReadOnlyList<TextEmbeddings> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        if (parts is [var only])
        {
            return only;
        }

        KeyValuePair<string, ReadOnlyMemory<float>>[] pairs = [.. parts.SelectMany(part => part).DistinctBy(pair => pair.Key, StringComparer.Ordinal)];
        var values = new float[pairs.Length * parts[0].Dimensions];
        for (var row = 0; row < pairs.Length; row++)
        {
            pairs[row].Value.CopyTo(values.AsMemory(row * parts[0].Dimensions));
        }

        return new TextEmbeddings([.. pairs.Select(pair => pair.Key)], values, parts[0].Dimensions);
    }

    /// <summary>Writes the file that the reference's tools write, whole or not at all.</summary>
    /// <param name="path">The file; replaced when it exists.</param>
    /// <exception cref="IOException">It cannot be written; an existing one is as before.</exception>
    public void Save(string path)
    {
        NativeTorch.EnsureLoaded();
        using var scope = NewDisposeScope();
        Checkpoint.WritePth(path, new Dictionary<string, object?>
        {
            ["texts"] = Texts.ToList(),
            ["feats"] = tensor(_values.ToArray(), [Texts.Count, Dimensions]),
        });
    }

    /// <summary>Whether a file holds texts rather than one item's embedding; false when it cannot be read.</summary>
    internal static bool IsAt(string path)
    {
        try
        {
            using var file = Checkpoint.Open(path);
            return TextsOf(file.Content as IReadOnlyDictionary<object, object?>) is not null;
        }
        catch (CheckpointException)
        {
            return false;
        }
    }

    private static IReadOnlyList<object?>? TextsOf(IReadOnlyDictionary<object, object?>? content) =>
        (content?.GetValueOrDefault("texts") ?? content?.GetValueOrDefault("edits")) is IReadOnlyList<object?> texts && texts.All(text => text is string) ? texts : null;
}
