using System.Text.Json;
using CoVR.Modeling.Checkpoints;
using static TorchSharp.torch;

namespace CoVR.Conformance.Parity;

/// <summary>Named tensors of another implementation; each is read when it is asked for.</summary>
/// <remarks>Safe for reading from one thread at a time.</remarks>
public sealed class ReferenceTensors : IDisposable
{
    private const string Array = ".npy";
    private const string InputsFolder = "inputs";

    /// <summary>What a run returns.</summary>
    internal const string Result = "result";

    private const string IndexSuffix = "_index.json";
    private readonly Dictionary<string, Func<NpyArray>> _tensors;
    private readonly Dictionary<string, Func<NpyArray>> _inputs;
    private readonly IDisposable? _file;

    private ReferenceTensors(Dictionary<string, Func<NpyArray>> tensors, Dictionary<string, Func<NpyArray>> inputs, IDisposable? file = null) =>
        (_tensors, _inputs, _file) = (tensors, inputs, file);

    /// <summary>The names of the tensors, arguments apart.</summary>
    public IEnumerable<string> Names => _tensors.Keys;

    /// <summary>Opens a reference; see <see cref="ParityReport.OfActivations"/> and <see cref="ParityReport.OfGradients"/>.</summary>
    /// <param name="path">A folder of <c>.npy</c> files, an <c>…_index.json</c>, a <c>.safetensors</c> or a <c>.pth</c> file.</param>
    /// <returns>The reference; the caller disposes it.</returns>
    /// <exception cref="DirectoryNotFoundException">There is no such folder or file.</exception>
    public static ReferenceTensors Open(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        return Directory.Exists(path) ? new ReferenceTensors(Arrays(path), Arrays(Path.Combine(path, InputsFolder)))
            : !File.Exists(path) ? throw new DirectoryNotFoundException($"There is no folder or file of reference tensors at {path}.")
            : path.EndsWith(IndexSuffix, StringComparison.Ordinal) ? Indexed(path)
            : OpenCheckpoint(path);
    }

    /// <summary>Takes arrays that the caller has.</summary>
    /// <param name="arrays">By name.</param>
    /// <returns>The reference.</returns>
    public static ReferenceTensors Of(IEnumerable<KeyValuePair<string, NpyArray>> arrays) => new(arrays.ToDictionary(pair => pair.Key, pair => new Func<NpyArray>(() => pair.Value), StringComparer.Ordinal), []);

    /// <summary>Writes a reference folder from a module of this runtime: an older version, another device.</summary>
    /// <param name="module">In evaluation mode; no other thread uses it meanwhile.</param>
    /// <param name="folder">Is made; files of the same names are replaced.</param>
    /// <param name="inputs">The arguments, on the module's device.</param>
    /// <param name="run">Calls the module; returns the result, or null.</param>
    public static void Record(nn.Module module, string folder, IReadOnlyDictionary<string, Tensor> inputs, Func<IReadOnlyDictionary<string, Tensor>, Tensor?> run)
    {
        ArgumentNullException.ThrowIfNull(inputs);
        ArgumentNullException.ThrowIfNull(run);
        Directory.CreateDirectory(Path.Combine(folder, InputsFolder));
        var calls = new Dictionary<string, int>(StringComparer.Ordinal);
        using var scope = NewDisposeScope();
        using var quiet = no_grad();
        foreach (var (name, tensor) in inputs)
        {
            NpyArray.Of(tensor).Save(Path.Combine(folder, InputsFolder, name + Array));
        }

        using var trace = new ForwardTrace(module, Save);
        if (run(inputs) is { } result)
        {
            Save(Result, result);
        }

        void Save(string name, Tensor tensor) => NpyArray.Of(tensor).Save(Path.Combine(folder, ParityComparison.Key(calls, name) + Array));
    }

    /// <summary>Whether there is a tensor of a name.</summary>
    /// <param name="name">Its name.</param>
    public bool Contains(string name) => _tensors.ContainsKey(name);

    /// <summary>Reads a tensor.</summary>
    /// <param name="name">Its name.</param>
    /// <returns>The numbers.</returns>
    /// <exception cref="KeyNotFoundException">There is none of that name.</exception>
    /// <exception cref="InvalidDataException">Its file cannot be read.</exception>
    public NpyArray Read(string name) => _tensors.TryGetValue(name, out var read) ? read() : throw new KeyNotFoundException($"The reference has no tensor '{name}'.");

    /// <summary>Reads the arguments.</summary>
    /// <param name="device">Where they are put.</param>
    /// <returns>By name; the caller's dispose scope owns them.</returns>
    public IReadOnlyDictionary<string, Tensor> Inputs(Device device) => _inputs.ToDictionary(pair => pair.Key, pair => pair.Value().ToTensor(device), StringComparer.Ordinal);

    /// <inheritdoc/>
    public void Dispose() => _file?.Dispose();

    private static Dictionary<string, Func<NpyArray>> Arrays(string folder) => Directory.Exists(folder)
        ? Directory.EnumerateFiles(folder, "*" + Array).Order(StringComparer.Ordinal).ToDictionary(
            file => Path.GetFileNameWithoutExtension(file), file => new Func<NpyArray>(() => NpyArray.Read(file)), StringComparer.Ordinal)
        : [];

    private static ReferenceTensors Indexed(string path)
    {
        using var index = JsonDocument.Parse(File.ReadAllBytes(path));
        var flat = NpyArray.Read(path[..^IndexSuffix.Length] + "_flat" + Array).Floats;
        return new ReferenceTensors(
            index.RootElement.EnumerateArray().ToDictionary(
                entry => entry.GetProperty("name").GetString()!,
                entry =>
                {
                    long[] shape = [.. entry.GetProperty("shape").EnumerateArray().Select(side => side.GetInt64())];
                    var bytes = System.Runtime.InteropServices.MemoryMarshal.AsBytes(flat.AsSpan(entry.GetProperty("offset").GetInt32(), entry.GetProperty("size").GetInt32())).ToArray();
                    return new Func<NpyArray>(() => new NpyArray("<f4", shape, bytes));
                },
                StringComparer.Ordinal),
            []);
    }

    private static ReferenceTensors OpenCheckpoint(string path)
    {
        var checkpoint = Checkpoint.Open(path);
        const string prefix = InputsFolder + ".";
        var groups = checkpoint.Tensors().ToLookup(pair => pair.Key.StartsWith(prefix, StringComparison.Ordinal));
        return new ReferenceTensors(
            groups[false].ToDictionary(pair => pair.Key, pair => Reader(pair.Value), StringComparer.Ordinal),
            groups[true].ToDictionary(pair => pair.Key[prefix.Length..], pair => Reader(pair.Value), StringComparer.Ordinal),
            checkpoint);
    }

    private static Func<NpyArray> Reader(CheckpointTensor tensor) => () =>
    {
        using var scope = NewDisposeScope();
        return NpyArray.Of(tensor.Read());
    };
}
