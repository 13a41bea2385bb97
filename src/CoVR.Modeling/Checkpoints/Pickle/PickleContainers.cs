namespace CoVR.Modeling.Checkpoints.Pickle;

/// <summary>The instructions that fill lists, dictionaries, sets and objects.</summary>
internal static class PickleContainers
{
    /// <summary>An empty dictionary that keeps its order.</summary>
    public static OrderedDictionary<object, object?> NewDictionary() => new(PickleKeyComparer.Instance);

    /// <summary>An empty set.</summary>
    public static HashSet<object> NewSet() => new(PickleKeyComparer.Instance);

    /// <summary>A set of values.</summary>
    public static HashSet<object> NewSet(PickleMachine machine, object?[] values)
    {
        machine.Charge(PickleCosts.Container + (PickleCosts.Entry * (long)values.Length));
        var set = NewSet();
        foreach (var value in values)
        {
            set.Add(Key(machine, value));
        }

        return set;
    }

    /// <summary>Appends to the list (or inert object) on top.</summary>
    public static void Append(PickleMachine machine, object?[] values)
    {
        machine.Charge(PickleCosts.Slot * (long)values.Length);
        switch (machine.Peek())
        {
            case List<object?> list:
                list.AddRange(values);
                break;
            case CheckpointObject inert:
                Array.ForEach(values, inert.Add);
                break;
            default:
                throw machine.Error("values are appended to something that is no list");
        }
    }

    /// <summary>Pushes a dictionary of keys and values.</summary>
    public static void PushDictionary(PickleMachine machine, object?[] pairs)
    {
        machine.Push(NewDictionary());
        SetItems(machine, pairs);
    }

    /// <summary>Sets one entry of the dictionary under two values.</summary>
    public static void SetItem(PickleMachine machine)
    {
        var value = machine.Pop();
        SetItems(machine, [machine.Pop(), value]);
    }

    /// <summary>Sets entries of the dictionary (or inert object) on top.</summary>
    public static void SetItems(PickleMachine machine, object?[] pairs)
    {
        if (pairs.Length % 2 != 0)
        {
            throw machine.Error("a key has no value");
        }

        machine.Charge(PickleCosts.Entry * (pairs.Length / 2L));
        var target = machine.Peek();
        for (var at = 0; at < pairs.Length; at += 2)
        {
            var key = Key(machine, pairs[at]);
            switch (target)
            {
                case OrderedDictionary<object, object?> dictionary when !dictionary.TryAdd(key, pairs[at + 1]):
                    throw machine.Error($"the key '{Shorten(key)}' is there twice");
                case OrderedDictionary<object, object?>:
                    break;
                case CheckpointObject inert:
                    inert.Add(key, pairs[at + 1]);
                    break;
                default:
                    throw machine.Error("entries are set in something that is no dictionary");
            }
        }
    }

    /// <summary>Adds to the set (or inert object) on top.</summary>
    public static void AddItems(PickleMachine machine, object?[] values)
    {
        machine.Charge(PickleCosts.Entry * (long)values.Length);
        switch (machine.Peek())
        {
            case HashSet<object> set:
                set.UnionWith(values.Select(value => Key(machine, value)));
                break;
            case CheckpointObject inert:
                Array.ForEach(values, inert.Add);
                break;
            default:
                throw machine.Error("values are added to something that is no set");
        }
    }

    /// <summary>Gives the inert object on top its attributes; those of dictionaries and tensors (<c>_metadata</c> and the like) are left out.</summary>
    public static void SetState(PickleMachine machine)
    {
        var state = machine.Pop();
        switch (machine.Peek())
        {
            case CheckpointObject inert:
                inert.State = state;
                break;
            case OrderedDictionary<object, object?> or CheckpointTensor:
                break;
            default:
                throw machine.Error("attributes are given to something that has none");
        }
    }

    private static string Shorten(object key) => key.ToString() is { Length: > 200 } text ? text[..200] + "…" : key.ToString() ?? "";

    // None is a legal key in Python but not here.
    private static object Key(PickleMachine machine, object? value) => value switch
    {
        null => DBNull.Value,
        List<object?> or OrderedDictionary<object, object?> or HashSet<object> => throw machine.Error("a list, dictionary or set is used as a key"),
        _ => value,
    };
}
