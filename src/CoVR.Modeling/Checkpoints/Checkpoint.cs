using System.Buffers.Binary;
using System.Text;
using CoVR.Modeling.Checkpoints.Files;

namespace CoVR.Modeling.Checkpoints;

/// <summary>An open weights file: names, types and shapes are known, tensors are read on demand.</summary>
/// <remarks>
/// <para>Reads the files of <c>torch.save</c> (zip and the older form; <c>.pth</c>, <c>.pt</c>, <c>.ckpt</c>) and safetensors; the
/// form is told by the first bytes, not by the file's name. Pickles are read as data: no class is looked up and no function is
/// called, so that opening a file of unknown origin is safe.</para>
/// <para>The file stays open until the object is disposed. Several threads may read at once.</para>
/// </remarks>
public sealed class Checkpoint : IDisposable
{
    private readonly CheckpointFile _file;
    private readonly CheckpointContent _content;

    private Checkpoint(CheckpointFile file, CheckpointContent content) => (_file, _content) = (file, content);

    /// <summary>The file that was opened: of a folder, the one that was found in it.</summary>
    public string Path => _file.Path;

    /// <summary>The file's form.</summary>
    internal CheckpointFormat Format => _content.Format;

    /// <summary>Texts that a safetensors file carries, of shards those of the index; empty for other forms.</summary>
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

    /// <summary>The files that an index of shards names.</summary>
    /// <param name="indexPath">A <c>….index.json</c>.</param>
    /// <returns>Their names, which lie beside the index.</returns>
    /// <exception cref="CheckpointException">The index is damaged, or names files outside of its folder.</exception>
    public static IReadOnlyList<string> FindShards(string indexPath) => ShardedSafetensors.Shards(indexPath);

    /// <summary>Opens a file and reads its table of contents, within limits of one's own.</summary>
    /// <param name="path">The file, index or folder.</param>
    /// <param name="limits">What the table of contents may cost.</param>
    /// <returns>The open file; the caller disposes it.</returns>
    /// <exception cref="CheckpointException">There is no such file, or it is damaged, hostile, of no known form, or over the limits.</exception>
    internal static Checkpoint Open(string path, CheckpointReadLimits limits)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        ArgumentNullException.ThrowIfNull(limits);
        var file = CheckpointFile.Open(ShardIndex.FileOf(path));
        try
        {
            return new Checkpoint(file, Read(file, limits));
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
                throw _file.Error($"'{key}' is a call of {call.Class}, which is no part of a state dict and is never run");
            }

            if (value is CheckpointTensor tensor && key is string name)
            {
                tensors.Add(name, tensor.Named(name));
            }
        }

        return tensors;
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

    private static CheckpointContent Read(CheckpointFile file, CheckpointReadLimits limits)
    {
        Span<byte> head = stackalloc byte[16];
        head = head[..(int)Math.Min(head.Length, file.Length)];
        file.Read(head, 0);
        if (head.StartsWith("PK"u8))
        {
            return TorchZipReader.Read(file, limits);
        }

        if (head.Length > 8 && head[8] == '{' && BinaryPrimitives.ReadInt64LittleEndian(head) is > 0 and <= SafetensorsReader.LongestHeader)
        {
            return SafetensorsReader.Read(file);
        }

        if (head.StartsWith("{"u8))
        {
            return ShardIndex.Read(file).Join();
        }

        return head.Length > 1 && head[0] == 0x80 && head[1] < 16
            ? TorchLegacyReader.Read(file, limits)
            : throw file.Error(Guess(file, head));
    }

    private static string Guess(CheckpointFile file, ReadOnlySpan<byte> head)
    {
        const string forms = "a file of torch.save (zip or the older form) or safetensors is expected";
        if (head.IsEmpty)
        {
            return $"the file is empty; {forms}";
        }

        if (head.StartsWith("version https://"u8))
        {
            return "the file is a pointer of Git LFS, not the weights themselves: fetch them with 'git lfs pull'";
        }

        if (head.TrimStart("\r\n\t "u8).StartsWith("<"u8))
        {
            return $"the file is a web page, probably the error message of a download; {forms}";
        }

        Span<byte> tar = stackalloc byte[5];
        if (file.Length > 262)
        {
            file.Read(tar, 257);
        }

        return tar.SequenceEqual("ustar"u8)
            ? "the file is a tar archive, as PyTorch before 0.1.10 wrote them: load and save it with a newer PyTorch"
            : $"the form of the file is unknown (it starts with {Convert.ToHexString(head)}); {forms}";
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
