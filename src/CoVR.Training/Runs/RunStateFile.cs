using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Training.Optimization;
using static TorchSharp.torch;

namespace CoVR.Training.Runs;

/// <summary>The file from which a run is resumed: weights, optimizer, random state, position. Replaced atomically.</summary>
internal sealed class RunStateFile : IDisposable
{
    internal const string FileName = "run-state.safetensors";
    private const string Weights = "weights/";
    private const string Optimizer = "optimizer/";
    private const string Randomness = "random/";

    /// <summary>Error codes of a file that another process has locked: on Linux, macOS and Windows.</summary>
    private static readonly int[] InUse = [11, 35, unchecked((int)0x80070020)];
    private readonly FileStream _lock;
    private readonly string _path;

    /// <summary>Locks a folder for this process; the lock of a killed process is released.</summary>
    internal RunStateFile(string folder)
    {
        _path = System.IO.Path.Combine(folder, FileName);
        try
        {
            Directory.CreateDirectory(folder);
            _lock = new FileStream(System.IO.Path.Combine(folder, "run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException(_path, InUse.Contains(error.HResult) ? "another process is training into this folder." : $"its folder cannot be written: {error.Message}", error);
        }
    }

    internal string Path => _path;

    internal bool Exists => File.Exists(_path);

    public void Dispose() => _lock.Dispose();

    internal void Delete() => AtomicFile.Delete(_path);

    /// <summary>Removes temporary files of a killed process.</summary>
    internal void RemoveUnfinished() => AtomicFile.RemoveUnfinished(System.IO.Path.GetDirectoryName(_path)!, FileName, "ckpt_*");

    internal void Save(RunStateHeader header, TrainedModules modules, AdamWOptimizer optimizer, IReadOnlyDictionary<string, Tensor> random)
    {
        using var scope = NewDisposeScope();
        var tensors = Prefixed(Weights, modules.Changing())
            .Concat(Prefixed(Optimizer, optimizer.State()))
            .Concat(Prefixed(Randomness, random));
        Checkpoint.WriteSafetensors(_path, tensors, new Dictionary<string, string> { [RunStateHeader.Key] = header.ToJson() });
    }

    /// <summary>Restores weights and optimizer and returns the position of the run and the random states, which the caller's dispose scope owns.</summary>
    internal (RunCursor Cursor, IReadOnlyDictionary<string, Tensor> Random) Load(
        IReadOnlyDictionary<string, string> settings, string? frozen, TrainedModules modules, AdamWOptimizer optimizer)
    {
        using var scope = NewDisposeScope();
        using var checkpoint = Open();
        var header = RunStateHeader.Parse(_path, checkpoint.Metadata);
        header.RequireSameSettings(_path, settings);
        header.RequireSameFrozenWeights(_path, frozen);
        var tensors = checkpoint.Tensors();
        LoadWeights(Named(tensors, Weights), modules.Changing());
        try
        {
            optimizer.Load(Read(Named(tensors, Optimizer)));
        }
        catch (ArgumentException error)
        {
            throw new CheckpointException(_path, error.Message, error);
        }

        var random = Read(Named(tensors, Randomness));
        foreach (var state in random.Values)
        {
            state.MoveToOuterDisposeScope();
        }

        return (header.Cursor, random);
    }

    private Checkpoint Open()
    {
        try
        {
            return Checkpoint.Open(_path);
        }
        catch (CheckpointException error)
        {
            throw new CheckpointException(_path, $"{error.Reason}; start over with Resume = false.", error);
        }
    }

    private void LoadWeights(Dictionary<string, CheckpointTensor> saved, IReadOnlyDictionary<string, Tensor> own)
    {
        List<string> missing = [.. own.Keys.Where(key => !saved.ContainsKey(key))];
        List<string> unexpected = [.. saved.Keys.Where(key => !own.ContainsKey(key))];
        var misshapen = own.Where(entry => saved.TryGetValue(entry.Key, out var tensor) && !tensor.Shape.SequenceEqual(entry.Value.shape)).ToDictionary(
            entry => entry.Key, entry => CheckpointException.DescribeShapes(entry.Value.shape, saved[entry.Key].Shape), StringComparer.Ordinal);
        if (missing.Count + unexpected.Count + misshapen.Count > 0)
        {
            throw new CheckpointException(_path, missing, unexpected, misshapen, "The run state belongs to another model.");
        }

        foreach (var (name, tensor) in own)
        {
            saved[name].CopyTo(tensor);
        }
    }

    private static IEnumerable<KeyValuePair<string, Tensor>> Prefixed(string prefix, IReadOnlyDictionary<string, Tensor> tensors) =>
        tensors.Select(entry => KeyValuePair.Create(prefix + entry.Key, entry.Value));

    private static Dictionary<string, CheckpointTensor> Named(IReadOnlyDictionary<string, CheckpointTensor> tensors, string prefix) => tensors
        .Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(entry => entry.Key[prefix.Length..], entry => entry.Value, StringComparer.Ordinal);

    private static Dictionary<string, Tensor> Read(Dictionary<string, CheckpointTensor> tensors) =>
        tensors.ToDictionary(entry => entry.Key, entry => entry.Value.Read(), StringComparer.Ordinal);
}
