using System.Text.Json;
using CoVR.Modeling.Checkpoints.Files;

namespace CoVR.Modeling.Checkpoints;

/// <summary>A weights file of <c>torch.save</c> turned into safetensors or back: streaming, compared bit for bit, complete or not at all.</summary>
/// <remarks>
/// Bytes go from file to file through a buffer of 4 MB (a strided view is held in memory, one at a time), so files of any
/// length are converted. Types stay; half precision stays half. Only tensors are taken over; <see cref="Dropped"/> lists the rest.
/// </remarks>
public sealed class CheckpointConversion
{
    private const string RootKey = "covr.root";
    private const string TiedKey = "covr.tied";
    private const string Model = "model";

    private CheckpointConversion(Checkpoint source, string? root, string destination, ConversionRun run, IReadOnlyDictionary<string, string> tied)
    {
        (Source, Destination) = (source.Path, destination);
        (Tensors, Bytes, Verified, Tied) = (run.Names, run.Bytes, run.Verifies, tied);
        Dropped = FindDropped(source, root);
    }

    /// <summary>The file that was read.</summary>
    public string Source { get; }

    /// <summary>The file that was written.</summary>
    public string Destination { get; }

    /// <summary>Names of the tensors that were written.</summary>
    public IReadOnlyList<string> Tensors { get; }

    /// <summary>Bytes of those tensors, each name counted.</summary>
    public long Bytes { get; }

    /// <summary>Names that shared a tensor with an earlier name, mapped to that name. Safetensors has no shared tensors, so each is written separately.</summary>
    public IReadOnlyDictionary<string, string> Tied { get; }

    /// <summary>What else the old file held, such as <c>optimizer</c> and <c>epoch</c>; not in the new one.</summary>
    public IReadOnlyList<string> Dropped { get; }

    /// <summary>Whether every tensor was compared bit for bit.</summary>
    public bool Verified { get; }

    /// <summary>Writes a safetensors file.</summary>
    /// <param name="source">A file of any form that <see cref="Checkpoint"/> reads.</param>
    /// <param name="destination">The new file; an existing one is replaced once the new one is complete and verified.</param>
    /// <param name="root">The dictionary that holds the state dict, empty for the top; null for <c>model</c> where the file has it, else the top.</param>
    /// <param name="verify">Whether every tensor of the new file is compared with the old one, bit for bit, before it is renamed.</param>
    /// <param name="progress">Told the bytes done, written and then compared, and the tensor at work; may be null.</param>
    /// <param name="cancellationToken">Cancels the conversion; nothing is left behind.</param>
    /// <returns>What was converted.</returns>
    /// <exception cref="CheckpointException">The source is damaged, holds no tensors or a type that safetensors lacks, or the new file differs.</exception>
    /// <exception cref="IOException">The new file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static CheckpointConversion ToSafetensors(
        string source, string destination, string? root = null, bool verify = true, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(destination);
        using var checkpoint = Checkpoint.Open(source);
        var from = root is null ? (checkpoint.HasDictionary(Model) ? Model : null) : (root.Length == 0 ? null : root);
        var tensors = TensorsOf(checkpoint, from);
        if (tensors.Values.FirstOrDefault(tensor => ElementTypes.SafetensorsName(tensor.DType) is null) is { } strange)
        {
            throw checkpoint.Error($"'{strange.Name}' has the type {strange.DType}, which safetensors does not support");
        }

        var tied = FindTied(tensors);
        var run = new ConversionRun(checkpoint, tensors, verify, progress, cancellationToken);
        SafetensorsWriter.Write(destination, tensors.Values.Select(run.Watched), MetadataOf(from, tied), path => run.Check(path, null));
        return new CheckpointConversion(checkpoint, from, destination, run, tied);
    }

    /// <summary>Makes a <c>.pth</c> file that Python's <c>torch.load(weights_only=True)</c> reads.</summary>
    /// <param name="source">A file of any form that <see cref="Checkpoint"/> reads; safetensors usually.</param>
    /// <param name="destination">The new file; an existing one is replaced once the new one is complete and verified.</param>
    /// <param name="root">The dictionary that shall hold the state dict, empty for the top; null for what the safetensors file was made from, else the top.</param>
    /// <param name="verify">Whether every tensor of the new file is compared with the old one, bit for bit, before it is renamed.</param>
    /// <param name="progress">Told the bytes done, written and then compared, and the tensor at work; may be null.</param>
    /// <param name="cancellationToken">Cancels the conversion; nothing is left behind.</param>
    /// <returns>What was converted. Tensors are tied again only where <see cref="ToSafetensors"/> noted it and they are still equal.</returns>
    /// <exception cref="CheckpointException">The source is damaged or holds no tensors, or the new file differs.</exception>
    /// <exception cref="IOException">The new file cannot be written.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public static CheckpointConversion ToPth(
        string source, string destination, string? root = null, bool verify = true, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(destination);
        using var checkpoint = Checkpoint.Open(source);
        var isPickle = checkpoint.Format != CheckpointFormat.Safetensors;
        var from = isPickle && root is not { Length: 0 } && checkpoint.HasDictionary(root ?? Model) ? root ?? Model : null;
        var tensors = TensorsOf(checkpoint, from);
        var tied = isPickle ? FindTied(tensors) : NotedTies(checkpoint, tensors);
        var to = root ?? from ?? checkpoint.Metadata.GetValueOrDefault(RootKey) ?? string.Empty;
        var run = new ConversionRun(checkpoint, tensors, verify, progress, cancellationToken);
        var state = StateOf(tensors, tied, run);
        IReadOnlyDictionary<string, object?> content = to.Length == 0 ? state : new Dictionary<string, object?> { [to] = state };
        PthWriter.Write(destination, content, path => run.Check(path, to.Length == 0 ? null : to));
        return new CheckpointConversion(checkpoint, from, destination, run, tied);
    }

    /// <summary>The numbers in one line.</summary>
    public override string ToString() =>
        $"{Destination}: {Tensors.Count} tensors, {Bytes} bytes{(Verified ? ", compared bit for bit" : "")}; {Tied.Count} tied; dropped: {(Dropped.Count == 0 ? "nothing" : string.Join(", ", Dropped))}";

    private static Dictionary<string, string> MetadataOf(string? root, Dictionary<string, string> tied)
    {
        var metadata = new Dictionary<string, string> { ["format"] = "pt" };
        if (root is not null)
        {
            metadata[RootKey] = root;
        }

        if (tied.Count > 0)
        {
            metadata[TiedKey] = JsonSerializer.Serialize(tied);
        }

        return metadata;
    }

    // Names of one tensor share one entry, which is written once.
    private static OrderedDictionary<string, object?> StateOf(
        IReadOnlyDictionary<string, CheckpointTensor> tensors, IReadOnlyDictionary<string, string> tied, ConversionRun run)
    {
        var state = new OrderedDictionary<string, object?>(StringComparer.Ordinal);
        var written = tensors.Values.Where(tensor => !tied.ContainsKey(tensor.Name)).ToDictionary(tensor => tensor.Name, run.Watched, StringComparer.Ordinal);
        foreach (var name in tensors.Keys)
        {
            state[name] = written[tied.GetValueOrDefault(name, name)];
        }

        return state;
    }

    private static IReadOnlyDictionary<string, CheckpointTensor> TensorsOf(Checkpoint checkpoint, string? root)
    {
        var tensors = checkpoint.Tensors(root);
        return tensors.Count > 0
            ? tensors
            : throw checkpoint.Error($"there are no tensors {(root is null ? "at the top of the file" : $"in '{root}'")}: give the dictionary that holds them (root)");
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
            throw new CheckpointException(checkpoint.Path, $"the metadata entry '{TiedKey}' is damaged: {error.Message}", error);
        }
    }

    private static IReadOnlyList<string> FindDropped(Checkpoint checkpoint, string? root)
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
