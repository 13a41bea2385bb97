namespace CoVR.Modeling.Checkpoints.Pickle;

/// <summary>Gives meaning to the few names that a pickle may use.</summary>
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
    /// <summary>Module and name; made once, because a pickle may use one name millions of times.</summary>
    public string FullName { get; } = $"{Module}.{Name}";

    /// <inheritdoc/>
    public override string ToString() => FullName;
}
