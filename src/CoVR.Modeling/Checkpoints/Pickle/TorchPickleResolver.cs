using CoVR.Modeling.Checkpoints.Files;
using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints.Pickle;

/// <summary>The names that <c>torch.save</c> uses for tensors; any other name gives an inert <see cref="CheckpointObject"/>.</summary>
/// <remarks>Follows <c>torch/_utils.py</c> (<c>_rebuild_…</c>) and <c>torch/serialization.py</c> (persistent ids).</remarks>
internal sealed class TorchPickleResolver(CheckpointFile file) : IPickleResolver
{
    private const int LongestKey = 256;
    private readonly Dictionary<(string Key, ScalarType Type, long Elements), TensorStorage> _storages = [];

    /// <summary>The storages that tensors refer to, each once; a key occurs several times only with different types.</summary>
    public IReadOnlyCollection<TensorStorage> Storages => _storages.Values;

    /// <inheritdoc/>
    public object? Call(PickleGlobal function, object?[] arguments, long position) => (function.Module, function.Name) switch
    {
        ("collections", "OrderedDict") when arguments.Length == 0 => PickleContainers.NewDictionary(),
        ("collections", "OrderedDict") when arguments is [List<object?> pairs] => FromPairs(pairs, position),
        ("torch", "Size") when arguments is [object?[] or List<object?>] => arguments[0],
        ("torch", "device") when arguments.Length > 0 => arguments[0] as string,
        ("_codecs", "encode") when arguments is [string text, string] => System.Text.Encoding.Latin1.GetBytes(text),
        ("builtins" or "__builtin__", "set" or "frozenset") when arguments.Length == 0 => PickleContainers.NewSet(),
        ("builtins" or "__builtin__", "set" or "frozenset") when arguments is [List<object?> items] => SetOf(items, position),
        ("torch._utils", "_rebuild_tensor") when arguments is [TensorStorage storage, long offset, var shape, var strides]
            => Tensor(storage, storage.Type, offset, shape, strides, position),
        ("torch._utils", "_rebuild_tensor_v2") when arguments is [TensorStorage storage, long offset, var shape, var strides, ..]
            => Tensor(storage, storage.Type, offset, shape, strides, position),
        ("torch._utils", "_rebuild_tensor_v3") when arguments is [TensorStorage storage, long offset, var shape, var strides, _, _, PickleGlobal type, ..]
            => Tensor(storage, ElementType(type, position), offset, shape, strides, position),
        ("torch._utils", "_rebuild_parameter" or "_rebuild_parameter_with_state") when arguments is [CheckpointTensor tensor, ..] => tensor,
        ("torch._tensor", "_rebuild_from_type_v2") when arguments is [PickleGlobal { Module: "torch._utils" } rebuild, _, object?[] inner, _]
            => Call(rebuild, inner, position),
        ("torch._utils", _) when function.Name.StartsWith("_rebuild", StringComparison.Ordinal)
            => throw file.Error($"{function} was given arguments that do not make a plain dense tensor, or tensors of this kind are not supported", position),
        _ => new CheckpointObject(function.FullName, arguments, isCall: true),
    };

    /// <inheritdoc/>
    public object? Resolve(object? id, long position)
    {
        if (id is not object?[] { Length: >= 5 } parts || parts is not ["storage", PickleGlobal kind, string key, _, long elements, ..])
        {
            throw file.Error("a persistent id does not refer to a tensor storage", position);
        }

        if (key.Length > LongestKey)
        {
            throw file.Error("the name of a storage is too long", position);
        }

        if (parts.Length > 5 && parts[5] is not null)
        {
            throw file.Error($"storage '{key}' is a view of another one, as PyTorch before 0.4 wrote them: load and save the file with a newer PyTorch", position);
        }

        if (kind.Module is not ("torch" or "torch.storage") || !ElementTypes.TryStorage(kind.Name, out var type))
        {
            throw file.Error($"storage '{key}' is of the unknown kind {kind}", position);
        }

        if (elements < 0 || elements > file.Length / ElementTypes.SizeOf(type))
        {
            throw file.Error($"storage '{key}' announces {elements} elements in a file of {file.Length} bytes", position);
        }

        // One object for one storage, so that its checksum is computed once however many tensors view it.
        if (!_storages.TryGetValue((key, type, elements), out var storage))
        {
            _storages.Add((key, type, elements), storage = new TensorStorage(file, key, type, elements));
        }

        return storage;
    }

    private CheckpointTensor Tensor(TensorStorage storage, ScalarType type, long offset, object? shape, object? strides, long position)
    {
        var available = storage.Bytes / ElementTypes.SizeOf(type);
        var layout = TensorLayout.Create(type, Numbers(shape, position), Numbers(strides, position), offset, available, out var error);
        return new CheckpointTensor("", layout ?? throw file.Error(error, position), storage);
    }

    private long[] Numbers(object? values, long position)
    {
        var list = values as IReadOnlyList<object?>;
        return list is not null && list.All(value => value is long)
            ? [.. list.Cast<long>()]
            : throw file.Error("a tensor's shape or strides are not whole numbers", position);
    }

    private ScalarType ElementType(PickleGlobal name, long position) =>
        name.Module == "torch" && ElementTypes.TryTorch(name.Name, out var type) ? type : throw file.Error($"the element type {name} is not supported", position);

    private HashSet<object> SetOf(List<object?> items, long position)
    {
        var set = PickleContainers.NewSet();
        set.UnionWith(items.Select(item => PickleContainers.IsKey(item) ? item ?? DBNull.Value : throw file.Error("a set holds a list, dictionary or set", position)));
        return set;
    }

    private OrderedDictionary<object, object?> FromPairs(List<object?> pairs, long position)
    {
        var dictionary = PickleContainers.NewDictionary();
        foreach (var pair in pairs)
        {
            if (pair is not IReadOnlyList<object?> { Count: 2 } entry || entry[0] is not (string or long) || !dictionary.TryAdd(entry[0]!, entry[1]))
            {
                throw file.Error("an ordered dictionary is not made from pairs with different keys", position);
            }
        }

        return dictionary;
    }
}

/// <summary>Interprets the few names that a pickle may use.</summary>
internal interface IPickleResolver
{
    /// <summary>Makes the value of a call, as data.</summary>
    /// <param name="function">The name called.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="position">Where in the file; for errors.</param>
    object? Call(PickleGlobal function, object?[] arguments, long position);

    /// <summary>Makes the value of a reference to data outside of the pickle.</summary>
    /// <param name="id">The reference.</param>
    /// <param name="position">Where in the file; for errors.</param>
    object? Resolve(object? id, long position);
}

/// <summary>The name of a class or function in a pickle. It is only ever compared with known names.</summary>
/// <param name="Module">For example <c>torch._utils</c>.</param>
/// <param name="Name">For example <c>_rebuild_tensor_v2</c>.</param>
internal sealed record PickleGlobal(string Module, string Name)
{
    /// <summary>Module and name; created once, because a pickle may use one name millions of times.</summary>
    public string FullName { get; } = $"{Module}.{Name}";

    /// <inheritdoc/>
    public override string ToString() => FullName;
}
