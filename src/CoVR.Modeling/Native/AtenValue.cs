namespace CoVR.Modeling;

/// <summary>One argument of a native operator as libtorch's stable interface lays it out.</summary>
/// <param name="Bits">The raw slot.</param>
internal readonly record struct AtenValue(ulong Bits)
{
    /// <summary>An optional argument that is left out.</summary>
    public static AtenValue None => new(0);

    /// <summary>A number of the schema type <c>float</c>.</summary>
    public static implicit operator AtenValue(double value) => new(BitConverter.DoubleToUInt64Bits(value));

    /// <summary>A truth value.</summary>
    public static implicit operator AtenValue(bool value) => new(value ? 1UL : 0UL);
}
