using System.Text.Json;
using CoVR.Modeling.Checkpoints.Files;

namespace CoVR.Modeling.Checkpoints;

/// <summary>Turns weights files of <c>torch.save</c> into safetensors and back: streaming, compared bit for bit, complete or not at all.</summary>
/// <remarks>
/// Bytes go from file to file through a buffer of 4 MB (a strided view is held as a whole, one at a time), so that files of any
/// length are converted. Types stay; half precision stays half. Only tensors are taken over; the report lists the rest.
/// </remarks>
public static class CheckpointConverter
{
    private const string RootKey = "covr.root";
    private const string TiedKey = "covr.tied";
    private const string Model = "model";

    /// <summary>Makes a safetensors file.</summary>
    /// <param name="source">A file of any form that <see cref="Checkpoint"/> reads.</param>
    /// <param name="destination">The new file; an existing one is replaced when the new one is complete and compared.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="progress">Told the bytes done; may be null.</param>
    /// <param name="cancellationToken">Ends the conversion; nothing is left of it.</param>
    /// <returns>What was taken over.</returns>
    /// <exception cref="CheckpointException">The source is damaged, holds no tensors or a type that safetensors has not, or the new file differs.</exception>
    /// <exception cref="IOException">The new file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ConversionReport ToSafetensors(
        string source, string destination, ConversionOptions? options = null, IProgress<ConversionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(destination);
        using var checkpoint = Checkpoint.Open(source);
        var root = options?.Root is { } named ? (named.Length == 0 ? null : named) : checkpoint.HasDictionary(Model) ? Model : null;
        var tensors = TensorsOf(checkpoint, root);
        if (tensors.Values.FirstOrDefault(tensor => ElementTypes.SafetensorsName(tensor.DType) is null) is { } strange)
        {
            throw checkpoint.Error($"'{strange.Name}' has the type {strange.DType}, which safetensors does not know");
        }

        var tied = FindTied(tensors);
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        if (root is not null)
        {
            metadata[RootKey] = root;
        }

        if (tied.Count > 0)
        {
            metadata[TiedKey] = JsonSerializer.Serialize(tied);
        }

        var run = new ConversionRun(checkpoint, tensors, options?.Verify ?? true, progress, cancellationToken);
        SafetensorsWriter.Write(destination, tensors.Values.Select(run.Watched), metadata, path => run.Check(path, null));
        return Report(checkpoint, destination, tensors, run, tied, options) with { Dropped = Dropped(checkpoint, root) };
    }

    /// <summary>Makes a <c>.pth</c> file that Python's <c>torch.load(weights_only=True)</c> reads.</summary>
    /// <param name="source">A file of any form that <see cref="Checkpoint"/> reads; safetensors usually.</param>
    /// <param name="destination">The new file; an existing one is replaced when the new one is complete and compared.</param>
    /// <param name="options">Null for the defaults.</param>
    /// <param name="progress">Told the bytes done; may be null.</param>
    /// <param name="cancellationToken">Ends the conversion; nothing is left of it.</param>
    /// <returns>What was taken over. Tensors are tied again only where <see cref="ToSafetensors"/> noted it and they are still equal.</returns>
    /// <exception cref="CheckpointException">The source is damaged or holds no tensors, or the new file differs.</exception>
    /// <exception cref="IOException">The new file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static ConversionReport ToPth(
        string source, string destination, ConversionOptions? options = null, IProgress<ConversionProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(destination);
        using var checkpoint = Checkpoint.Open(source);
        var isPickle = checkpoint.Format != CheckpointFormat.Safetensors;
        var from = isPickle && options?.Root is not { Length: 0 } && checkpoint.HasDictionary(options?.Root ?? Model) ? options?.Root ?? Model : null;
        var tensors = TensorsOf(checkpoint, from);
        var tied = isPickle ? FindTied(tensors) : NotedTies(checkpoint, tensors);
        var root = options?.Root ?? from ?? checkpoint.Metadata.GetValueOrDefault(RootKey) ?? string.Empty;
        var run = new ConversionRun(checkpoint, tensors, options?.Verify ?? true, progress, cancellationToken);
        var state = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        var written = tensors.Values.Where(tensor => !tied.ContainsKey(tensor.Name)).ToDictionary(tensor => tensor.Name, run.Watched, StringComparer.Ordinal);
        foreach (var name in tensors.Keys)
        {
            state[name] = written[tied.GetValueOrDefault(name, name)];
        }

        IReadOnlyDictionary<string, object?> content = root.Length == 0 ? state : new Dictionary<string, object?> { [root] = state };
        PthWriter.Write(destination, content, path => run.Check(path, root.Length == 0 ? null : root));
        return Report(checkpoint, destination, tensors, run, tied, options) with { Dropped = Dropped(checkpoint, from) };
    }

    private static ConversionReport Report(
        Checkpoint source, string destination, IReadOnlyDictionary<string, CheckpointTensor> tensors, ConversionRun run, IReadOnlyDictionary<string, string> tied, ConversionOptions? options) =>
        new(source.Path, destination)
        {
            Tensors = [.. tensors.Keys],
            Bytes = run.Bytes,
            Tied = tied,
            Verified = options?.Verify ?? true,
        };

    private static IReadOnlyDictionary<string, CheckpointTensor> TensorsOf(Checkpoint checkpoint, string? root)
    {
        var tensors = checkpoint.Tensors(root);
        return tensors.Count > 0
            ? tensors
            : throw checkpoint.Error($"there are no tensors {(root is null ? "at the top of the file" : $"in '{root}'")}: name the dictionary that holds them (ConversionOptions.Root)");
    }

    // Two names of one tensor: the same elements of the same storage in the same order.
    private static Dictionary<string, string> FindTied(IReadOnlyDictionary<string, CheckpointTensor> tensors)
    {
        var (tied, first) = (new Dictionary<string, string>(StringComparer.Ordinal), new Dictionary<string, string>(StringComparer.Ordinal));
        foreach (var (name, tensor) in tensors)
        {
            var (storage, layout) = tensor.View;
            var place = $"{storage.Offset} {layout.Offset} {layout.Type} [{string.Join(',', layout.Shape)}] [{string.Join(',', layout.Strides)}]";
            if (layout.Elements > 0 && !first.TryAdd(place, name))
            {
                tied[name] = first[place];
            }
        }

        return tied;
    }

    private static Dictionary<string, string> NotedTies(Checkpoint checkpoint, IReadOnlyDictionary<string, CheckpointTensor> tensors)
    {
        try
        {
            var noted = checkpoint.Metadata.TryGetValue(TiedKey, out var text) ? JsonSerializer.Deserialize<Dictionary<string, string>>(text) ?? [] : [];
            return noted
                .Where(pair => !noted.ContainsKey(pair.Value)
                    && tensors.TryGetValue(pair.Key, out var tensor) && tensors.TryGetValue(pair.Value, out var first) && ConversionRun.AreEqual(tensor, first))
                .ToDictionary(StringComparer.Ordinal);
        }
        catch (JsonException error)
        {
            throw new CheckpointException(checkpoint.Path, $"the metadata '{TiedKey}' are damaged: {error.Message}", error);
        }
    }

    private static IReadOnlyList<string> Dropped(Checkpoint checkpoint, string? root)
    {
        if (checkpoint.Content is not IReadOnlyDictionary<object, object?> top)
        {
            return [];
        }

        var besides = top.Where(pair => root is null ? pair.Value is not CheckpointTensor : pair.Key is not string key || key != root).Select(pair => pair.Key.ToString()!);
        var within = root is not null && top.TryGetValue(root, out var value) && value is IReadOnlyDictionary<object, object?> state
            ? state.Where(pair => pair.Value is not CheckpointTensor).Select(pair => $"{root}.{pair.Key}")
            : [];
        return [.. besides, .. within];
    }
}

/// <summary>How <see cref="CheckpointConverter"/> converts.</summary>
public sealed class ConversionOptions
{
    /// <summary>The dictionary that holds the state dict in <c>.pth</c> and <c>.ckpt</c> files; empty for the top.</summary>
    /// <value>
    /// Null: to safetensors, <c>model</c> where the file has it, else the top; to <c>.pth</c>, what the safetensors file was made from, else the top.
    /// </value>
    public string? Root { get; init; }

    /// <summary>Whether every tensor of the new file is compared with the old one, bit for bit, before it takes its place.</summary>
    /// <value>True.</value>
    public bool Verify { get; init; } = true;
}

/// <summary>How far a conversion is.</summary>
/// <param name="Tensor">The tensor at work.</param>
/// <param name="Bytes">Bytes done: written, then compared.</param>
/// <param name="TotalBytes">Bytes to be done; twice those of the tensors if they are compared (of tied ones a little less is done).</param>
public readonly record struct ConversionProgress(string Tensor, long Bytes, long TotalBytes);

/// <summary>What a conversion took over and what it left out.</summary>
/// <param name="Source">The file that was read.</param>
/// <param name="Destination">The file that was written.</param>
public sealed record ConversionReport(string Source, string Destination)
{
    /// <summary>Names of the tensors that were written.</summary>
    public IReadOnlyList<string> Tensors { get; init; } = [];

    /// <summary>Bytes of those tensors, each name counted.</summary>
    public long Bytes { get; init; }

    /// <summary>Names that were one tensor with an earlier name, to that name. Safetensors has no shared tensors: there each is written for itself.</summary>
    public IReadOnlyDictionary<string, string> Tied { get; init; } = new Dictionary<string, string>();

    /// <summary>What the old file held besides, such as <c>optimizer</c> and <c>epoch</c>; it is not in the new one.</summary>
    public IReadOnlyList<string> Dropped { get; init; } = [];

    /// <summary>Whether every tensor was compared bit for bit.</summary>
    public bool Verified { get; init; }

    /// <summary>The numbers in one line.</summary>
    public override string ToString() =>
        $"{Destination}: {Tensors.Count} tensors, {Bytes} bytes{(Verified ? ", compared bit for bit" : "")}; {Tied.Count} tied; dropped: {(Dropped.Count == 0 ? "nothing" : string.Join(", ", Dropped))}";
}
