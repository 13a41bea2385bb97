namespace CoVR.Modeling.Checkpoints.Pickle;

/// <summary>Gives meaning to the few names that a pickle may use.</summary>
internal interface IPickleWorld
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
