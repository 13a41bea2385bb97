namespace CoVR.Modeling.Checkpoints;

/// <summary>A Python object found in a file, as inert data: its class is never looked up or run.</summary>
/// <remarks>For example the learning-rate schedule that Lightning Fabric stores beside the weights. Not for use while the file is being read.</remarks>
internal sealed class CheckpointObject
{
    private readonly List<object?> _items = [];
    private readonly List<KeyValuePair<object, object?>> _entries = [];

    internal CheckpointObject(string @class, IReadOnlyList<object?> arguments, bool isCall) =>
        (Class, Arguments, IsCall) = (@class, arguments, isCall);

    /// <summary>Module and name of the class or function, for example <c>src.tools.scheduler.CosineSchedule</c>.</summary>
    public string Class { get; }

    /// <summary>The arguments of its constructor or function.</summary>
    public IReadOnlyList<object?> Arguments { get; }

    /// <summary>Whether Python would have called a function (<c>REDUCE</c>) rather than created an instance.</summary>
    public bool IsCall { get; }

    /// <summary>Its attributes: usually a dictionary; null if none were stored.</summary>
    public object? State { get; internal set; }

    /// <summary>Elements, if it is a list or set.</summary>
    public IReadOnlyList<object?> Items => _items;

    /// <summary>Entries, if it is a dictionary.</summary>
    public IReadOnlyList<KeyValuePair<object, object?>> Entries => _entries;

    /// <inheritdoc/>
    public override string ToString() => $"Python object {Class}";

    internal void Add(object? item) => _items.Add(item);

    internal void Add(object key, object? value) => _entries.Add(new(key, value));
}
