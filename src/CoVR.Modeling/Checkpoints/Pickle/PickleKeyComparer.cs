namespace CoVR.Modeling.Checkpoints.Pickle;

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
