namespace CoVR.Modeling.Checkpoints.Pickle;

/// <summary>The instructions that fill lists, dictionaries, sets and objects.</summary>
internal static class PickleContainers
{
    /// <summary>An empty dictionary that keeps its order.</summary>
    public static OrderedDictionary<object, object?> NewDictionary() => new(PickleKeyComparer.Instance);

    /// <summary>An empty set.</summary>
    public static HashSet<object> NewSet() => new(PickleKeyComparer.Instance);

    /// <summary>A set of values.</summary>
    public static HashSet<object> NewSet(Unpickler unpickler, object?[] values)
    {
        unpickler.Charge(PickleCosts.Container + (PickleCosts.Entry * (long)values.Length));
        var set = NewSet();
        foreach (var value in values)
        {
            set.Add(Key(unpickler, value));
        }

        return set;
    }

    /// <summary>Whether Python lets a value be a key or an item of a set.</summary>
    public static bool IsKey(object? value) => value is not (List<object?> or OrderedDictionary<object, object?> or HashSet<object>);

    /// <summary>Appends to the list (or inert object) on top.</summary>
    public static void Append(Unpickler unpickler, object?[] values)
    {
        unpickler.Charge(PickleCosts.Slot * (long)values.Length);
        switch (unpickler.Peek())
        {
            case List<object?> list:
                list.AddRange(values);
                break;
            case CheckpointObject inert:
                Array.ForEach(values, inert.Add);
                break;
            default:
                throw unpickler.Error("values are appended to something that is not a list");
        }
    }

    /// <summary>Pushes a dictionary of keys and values.</summary>
    public static void PushDictionary(Unpickler unpickler, object?[] pairs)
    {
        unpickler.Push(NewDictionary());
        SetItems(unpickler, pairs);
    }

    /// <summary>Sets one entry of the dictionary under two values.</summary>
    public static void SetItem(Unpickler unpickler)
    {
        var value = unpickler.Pop();
        SetItems(unpickler, [unpickler.Pop(), value]);
    }

    /// <summary>Sets entries of the dictionary (or inert object) on top.</summary>
    public static void SetItems(Unpickler unpickler, object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
        {
            throw unpickler.Error("a key has no value");
        }

        unpickler.Charge(PickleCosts.Entry * (pairs.Length / 2L));
        var target = unpickler.Peek();
        for (var at = 0; at < pairs.Length; at += 2)
        {
            var key = Key(unpickler, pairs[at]);
            switch (target)
            {
                case OrderedDictionary<object, object?> dictionary when !dictionary.TryAdd(key, pairs[at + 1]):
                    throw unpickler.Error($"the key '{Shorten(key)}' appears twice");
                case OrderedDictionary<object, object?>:
                    break;
                case CheckpointObject inert:
                    inert.Add(key, pairs[at + 1]);
                    break;
                default:
                    throw unpickler.Error("entries are set in something that is not a dictionary");
            }
        }
    }

    /// <summary>Adds to the set (or inert object) on top.</summary>
    public static void AddItems(Unpickler unpickler, object?[] values)
    {
        unpickler.Charge(PickleCosts.Entry * (long)values.Length);
        switch (unpickler.Peek())
        {
            case HashSet<object> set:
                set.UnionWith(values.Select(value => Key(unpickler, value)));
                break;
            case CheckpointObject inert:
                Array.ForEach(values, inert.Add);
                break;
            default:
                throw unpickler.Error("values are added to something that is not a set");
        }
    }

    /// <summary>Gives the inert object on top its attributes; those of dictionaries and tensors (<c>_metadata</c> and the like) are left out.</summary>
    public static void SetState(Unpickler unpickler)
    {
        var state = unpickler.Pop();
        switch (unpickler.Peek())
        {
            case CheckpointObject inert:
                inert.State = state;
                break;
            case OrderedDictionary<object, object?> or CheckpointTensor:
                break;
            default:
                throw unpickler.Error("attributes are set on something that has none");
        }
    }

    private static string Shorten(object key) => key.ToString() is { Length: > 200 } text ? text[..200] + "…" : key.ToString() ?? "";

    // None is a legal key in Python but not here.
    private static object Key(Unpickler unpickler, object? value) =>
        IsKey(value) ? value ?? DBNull.Value : throw unpickler.Error("a list, dictionary or set is used as a key");
}

/// <summary>Compares dictionary keys; numbers are hashed with the process' random seed, so that a file cannot provoke collisions.</summary>
internal sealed class PickleKeyComparer : IEqualityComparer<object>
{
    /// <summary>The only instance.</summary>
    public static PickleKeyComparer Instance { get; } = new();

    /// <inheritdoc/>
    public new bool Equals(object? x, object? y) => object.Equals(x, y);

    /// <inheritdoc/>
    public int GetHashCode(object obj) => obj is string text ? text.GetHashCode(StringComparison.Ordinal) : HashCode.Combine(obj);
}
