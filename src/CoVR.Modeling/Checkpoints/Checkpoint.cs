using CoVR.Modeling.Checkpoints.Files;
using CoVR.Modeling.Native;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints;

/// <summary>An open weights file: names, types and shapes are read at once, tensors on demand.</summary>
/// <remarks>
/// <para>Reads the files of <c>torch.save</c> (zip and the older form; <c>.pth</c>, <c>.pt</c>, <c>.ckpt</c>) and safetensors; the
/// form is recognized by the first bytes, not by the file name. Pickles are read as data: no class is looked up and no function is
/// called, so opening an untrusted file is safe.</para>
/// <para>The file stays open until the object is disposed. Several threads may read at once.</para>
/// </remarks>
public sealed partial class Checkpoint : IDisposable
{
    private static readonly string[] Roots = ["model", "state_dict"];

    private readonly CheckpointFile _file;
    private readonly CheckpointContent _content;

    private Checkpoint(CheckpointFile file, CheckpointContent content) => (_file, _content) = (file, content);

    /// <summary>The folder for downloaded weights and what is remembered about them.</summary>
    /// <value>The environment variable <c>COVR_CACHE</c>, else <c>covr</c> below the user's local application data.</value>
    public static string CacheFolder => Environment.GetEnvironmentVariable("COVR_CACHE") is { Length: > 0 } folder
        ? folder
        : System.IO.Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.LocalApplicationData, Environment.SpecialFolderOption.DoNotVerify), "covr");

    /// <summary>The file that was opened; for a folder, the one found in it.</summary>
    public string Path => _file.Path;

    /// <summary>The file's form.</summary>
    internal CheckpointFormat Format => _content.Format;

    /// <summary>The metadata of a safetensors file, or of the index of shards; empty for other forms.</summary>
    public IReadOnlyDictionary<string, string> Metadata => _content.Metadata;

    /// <summary>Everything in the file.</summary>
    /// <value>
    /// Dictionaries are <see cref="IReadOnlyDictionary{TKey, TValue}"/> of object to object (in their order), lists and tuples
    /// <see cref="IReadOnlyList{T}"/> of object, sets <see cref="IReadOnlySet{T}"/>, whole numbers long or BigInteger, others
    /// double, string, bool, byte[] or null, tensors <see cref="CheckpointTensor"/>, and instances of Python classes
    /// <see cref="CheckpointObject"/>. A file may hold one value at several places, even within itself.
    /// </value>
    public object? Content => _content.Root;

    /// <summary>Opens a file and reads its table of contents.</summary>
    /// <param name="path">The file; for sharded safetensors the index (<c>*.safetensors.index.json</c>) or its folder.</param>
    /// <returns>The open file; the caller disposes it.</returns>
    /// <exception cref="CheckpointException">There is no such file, or it is damaged, hostile, or of no known form.</exception>
    public static Checkpoint Open(string path) => Open(path, CheckpointReadLimits.Default);

    /// <summary>The files named by an index of shards.</summary>
    /// <param name="indexPath">A <c>….index.json</c>.</param>
    /// <returns>Their names, which lie beside the index.</returns>
    /// <exception cref="CheckpointException">The index is damaged, or names files outside of its folder.</exception>
    public static IReadOnlyList<string> FindShards(string indexPath)
    {
        ArgumentException.ThrowIfNullOrEmpty(indexPath);
        using var file = CheckpointFile.Open(indexPath);
        return ShardIndex.Read(file).Shards;
    }

    /// <summary>Loads a file into a module, with every key accounted for.</summary>
    /// <param name="module">Its parameters and buffers are overwritten on any device; they keep type and shape.</param>
    /// <param name="path">As in <see cref="Open(string)"/>.</param>
    /// <param name="map">How the file's keys become the module's; null where they are the same.</param>
    /// <param name="strict">
    /// True: keys and shapes must agree, apart from what the map allows, and nothing is changed unless they do. False: whatever fits
    /// is loaded and the rest only reported, as the reference's <c>load_checkpoint</c> does.
    /// </param>
    /// <param name="verifyFirst">
    /// True: all checksums are compared before anything is changed, at the price of reading the file twice. False: each is compared while
    /// its tensor is copied, and damage that is found then leaves a module of mixed values. Safetensors files have no checksums.
    /// </param>
    /// <returns>The outcome for every key.</returns>
    /// <exception cref="CheckpointException">Strict, and the weights do not fit (<see cref="CheckpointException.IsMismatch"/>); it lists every key, and nothing was changed.</exception>
    /// <exception cref="CheckpointException">The file is missing, damaged or hostile. Unless verified first, damage in a tensor's bytes is found while copying: the module is then to be discarded, as the message says.</exception>
    public static LoadReport Load(nn.Module module, string path, CheckpointMap? map = null, bool strict = true, bool verifyFirst = false)
    {
        ArgumentNullException.ThrowIfNull(module);
        using var checkpoint = Open(path);
        return checkpoint.LoadInto(module, map, strict, verifyFirst);
    }

    /// <summary>Writes a <c>.safetensors</c> file: streaming, and complete or not at all.</summary>
    /// <param name="path">The target; an existing file is replaced only once the new one is complete on disk.</param>
    /// <param name="tensors">Names and tensors on any device, such as a module's <c>state_dict()</c>; not disposed. At most one strided or remote tensor is copied at a time.</param>
    /// <param name="metadata">Texts to carry along; may be null.</param>
    /// <exception cref="ArgumentException">A name is there twice or reserved, or a type has no place in the format.</exception>
    /// <exception cref="IOException">The file cannot be written; an existing one is as before.</exception>
    public static void WriteSafetensors(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null) =>
        SafetensorsWriter.Write(path, tensors, metadata);

    /// <summary>Writes a <c>.pth</c> file that Python's <c>torch.load(weights_only=True)</c> reads: streaming, and complete or not at all.</summary>
    /// <param name="path">The target; an existing file is replaced only once the new one is complete on disk.</param>
    /// <param name="content">
    /// Texts to values: tensors (on any device; not disposed), null, bool, int, long, float, double, string, lists of values, and
    /// dictionaries of strings or whole numbers to values, nested at will. A tensor that occurs twice is written once.
    /// </param>
    /// <exception cref="ArgumentException">A value is of another kind, or dictionaries are nested without end.</exception>
    /// <exception cref="IOException">The file cannot be written; an existing one is as before.</exception>
    public static void WritePth(string path, IReadOnlyDictionary<string, object?> content) => PthWriter.Write(path, content);

    /// <summary>Writes one tensor to a file, as <c>torch.save(tensor, path)</c> does.</summary>
    /// <param name="path">The target; an existing file is replaced only once the new one is complete on disk.</param>
    /// <param name="tensor">On any device; not disposed.</param>
    /// <exception cref="ArgumentException">Tensors of its type are not written.</exception>
    /// <exception cref="IOException">The file cannot be written; an existing one is as before.</exception>
    public static void WritePth(string path, Tensor tensor) => PthWriter.Write(path, tensor);

    /// <summary>Opens a file and reads its table of contents within the given limits.</summary>
    /// <param name="path">The file, index or folder.</param>
    /// <param name="limits">The limits for reading the table of contents.</param>
    /// <returns>The open file; the caller disposes it.</returns>
    /// <exception cref="CheckpointException">There is no such file, or it is damaged, hostile, of no known form, or over the limits.</exception>
    internal static Checkpoint Open(string path, CheckpointReadLimits limits)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(limits);
        var file = CheckpointFile.Open(ShardIndex.FileOf(path));
        try
        {
            return new Checkpoint(file, CheckpointFormats.Read(file, limits));
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The tensors of the file, or of one dictionary in it.</summary>
    /// <param name="root">The key of a dictionary at the top, for example <c>model</c>; null for the top itself.</param>
    /// <returns>Tensors by name, in the file's order; other values (numbers, lists, dictionaries) are left out.</returns>
    /// <exception cref="CheckpointException">There is no such dictionary, or one of its values is a call of an unknown Python function.</exception>
    public IReadOnlyDictionary<string, CheckpointTensor> Tensors(string? root = null)
    {
        var tensors = new OrderedDictionary<string, CheckpointTensor>(StringComparer.Ordinal);
        foreach (var (key, value) in Dictionary(root))
        {
            if (value is CheckpointObject { IsCall: true } call)
            {
                throw _file.Error($"'{key}' is a call of {call.Class}, which does not belong in a state dict and is never run");
            }

            if (value is CheckpointTensor tensor && key is string name)
            {
                tensors.Add(name, tensor.Named(name));
            }
        }

        return tensors;
    }

    /// <summary>The weights of a model: the tensors of <c>model</c> or <c>state_dict</c> where the file has such a dictionary, else those at its top.</summary>
    /// <returns>Tensors by name, in the file's order.</returns>
    /// <exception cref="CheckpointException">The file holds no state dict, or one with a call of an unknown Python function.</exception>
    public IReadOnlyDictionary<string, CheckpointTensor> StateDict() => Tensors(Roots.FirstOrDefault(HasDictionary));

    /// <summary>The model family as the names in <see cref="StateDict"/> tell it: <c>blip</c>, <c>blip2</c>, or in words what else is known and not read.</summary>
    /// <returns>Null when the names tell nothing.</returns>
    /// <exception cref="CheckpointException">As for <see cref="StateDict"/>.</exception>
    public string? FindFamily() => StateDictSignature.Of(StateDict()).FamilyName;

    /// <summary>Says in one line what the weights are: family, number of tensors, size of the visual encoder and of its pictures, as far as names and shapes tell.</summary>
    /// <returns>For example <c>blip2, 1245 tensors, 1173.2 M numbers, visual encoder 1408 wide, 39 deep, 364 pixels</c>.</returns>
    /// <exception cref="CheckpointException">As for <see cref="StateDict"/>.</exception>
    public string Describe()
    {
        var tensors = StateDict();
        var signature = StateDictSignature.Of(tensors);
        return FormattableString.Invariant(
            $"{signature.FamilyName ?? "weights of an unknown family"}, {tensors.Count} tensors, {tensors.Values.Sum(tensor => tensor.Elements) / 1e6:F1} M numbers{signature.DescribeSizes()}");
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _file.Dispose();
        _content.Dispose();
    }

    internal bool HasDictionary(string root) =>
        Content is IReadOnlyDictionary<object, object?> top && top.TryGetValue(root, out var value) && value is IReadOnlyDictionary<object, object?>;

    internal CheckpointException Error(string reason) => _file.Error(reason);

    /// <summary>Loads the open file into a module.</summary>
    internal LoadReport LoadInto(nn.Module module, CheckpointMap? map = null, bool strict = true, bool verifyFirst = false) => Plan(module, map, plan =>
    {
        if (strict)
        {
            plan.ThrowOnMismatch();
        }

        if (verifyFirst)
        {
            plan.Verify();
        }

        plan.Copy();
    });

    /// <summary>Compares the file with a module, key by key and shape by shape; nothing is changed, and of the file only what a reshape needs is read.</summary>
    /// <exception cref="CheckpointException">The weights do not fit; it lists every key.</exception>
    internal LoadReport RequireFit(nn.Module module, CheckpointMap map) => Plan(module, map, plan => plan.ThrowOnMismatch());

    private LoadReport Plan(nn.Module module, CheckpointMap? map, Action<LoadPlan> carryOut)
    {
        NativeTorch.EnsureLoaded();
        map ??= new CheckpointMap();
        var root = map.Root is { } name && HasDictionary(name) ? name : null;
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var plan = new LoadPlan(module, this, Tensors(root).Values, map);
        carryOut(plan);
        return plan.Report();
    }

    private IReadOnlyDictionary<object, object?> Dictionary(string? root)
    {
        if (Content is not IReadOnlyDictionary<object, object?> top)
        {
            throw _file.Error($"a state dict is expected, but the file holds {Describe(Content)}; save model.state_dict() instead");
        }

        if (root is null)
        {
            return top;
        }

        return top.TryGetValue(root, out var value)
            ? value as IReadOnlyDictionary<object, object?> ?? throw _file.Error($"'{root}' is {Describe(value)}, not a state dict")
            : throw _file.Error($"there is no '{root}'; the file holds {string.Join(", ", top.Keys.Take(12).Select(key => $"'{key}'"))}{(top.Count > 12 ? ", …" : "")}");
    }

    private static string Describe(object? value) => value switch
    {
        null => "nothing (None)",
        CheckpointObject { IsCall: true } call => $"a call of {call.Class}, which is never run",
        CheckpointObject instance => $"a pickled Python object of class {instance.Class}",
        CheckpointTensor => "one tensor",
        _ => $"a value of another kind ({value.GetType().Name})",
    };
}
