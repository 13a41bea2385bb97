using System.Diagnostics.CodeAnalysis;

namespace CoVR.AspNetCore.Safety;

/// <summary>Keeps the values used last, up to a sum of their sizes. Safe for any number of threads.</summary>
/// <param name="limit">The largest sum of sizes; a value above it is not kept at all.</param>
/// <param name="onRemoved">Told of each value that gives way; called in the lock.</param>
internal sealed class BoundedStore<TValue>(long limit, Action<string, TValue>? onRemoved = null)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, LinkedListNode<Entry>> _entries = new(StringComparer.Ordinal);
    private readonly LinkedList<Entry> _byUse = new();
    private long _size;

    /// <summary>The sum of sizes.</summary>
    public long Size
    {
        get
        {
            lock (_gate)
            {
                return _size;
            }
        }
    }

    public bool TryGet(string key, [MaybeNullWhen(false)] out TValue value)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                _byUse.Remove(node);
                _byUse.AddLast(node);
                value = node.Value.Value;
                return true;
            }
        }

        value = default;
        return false;
    }

    /// <summary>Adds a value; one of the same key is replaced.</summary>
    public void Add(string key, TValue value, long size)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var before))
            {
                Drop(before, isReplaced: true);
            }

            _entries[key] = _byUse.AddLast(new Entry(key, value, size));
            _size += size;
            while (_size > limit)
            {
                Drop(_byUse.First!, isReplaced: false);
            }
        }
    }

    public void Remove(string key)
    {
        lock (_gate)
        {
            if (_entries.TryGetValue(key, out var node))
            {
                Drop(node, isReplaced: false);
            }
        }
    }

    private void Drop(LinkedListNode<Entry> node, bool isReplaced)
    {
        _byUse.Remove(node);
        _entries.Remove(node.Value.Key);
        _size -= node.Value.Size;
        if (!isReplaced)
        {
            onRemoved?.Invoke(node.Value.Key, node.Value.Value);
        }
    }

    private sealed record Entry(string Key, TValue Value, long Size);
}
