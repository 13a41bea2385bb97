namespace CoVR.Modeling.Checkpoints.Pickle;

/// <summary>The name of a class or function in a pickle. It is only ever compared with known names.</summary>
/// <param name="Module">For example <c>torch._utils</c>.</param>
/// <param name="Name">For example <c>_rebuild_tensor_v2</c>.</param>
internal sealed record PickleGlobal(string Module, string Name)
{
    /// <summary>Module and name; made once, because a pickle may use one name millions of times.</summary>
    public string FullName { get; } = $"{Module}.{Name}";

    /// <inheritdoc/>
    public override string ToString() => FullName;
}
