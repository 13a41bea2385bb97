using static TorchSharp.torch;

namespace CoVR.Modeling.Checkpoints.Files;

/// <summary>Element types by the names that files give them.</summary>
internal static class ElementTypes
{
    private static readonly Dictionary<string, ScalarType> Storages = new(StringComparer.Ordinal)
    {
        ["FloatStorage"] = ScalarType.Float32,
        ["DoubleStorage"] = ScalarType.Float64,
        ["HalfStorage"] = ScalarType.Float16,
        ["BFloat16Storage"] = ScalarType.BFloat16,
        ["LongStorage"] = ScalarType.Int64,
        ["IntStorage"] = ScalarType.Int32,
        ["ShortStorage"] = ScalarType.Int16,
        ["CharStorage"] = ScalarType.Int8,
        ["ByteStorage"] = ScalarType.Byte,
        ["BoolStorage"] = ScalarType.Bool,
        ["ComplexFloatStorage"] = ScalarType.ComplexFloat32,
        ["ComplexDoubleStorage"] = ScalarType.ComplexFloat64,
        ["UntypedStorage"] = ScalarType.Byte,
    };

    private static readonly Dictionary<string, ScalarType> TorchNames = new(StringComparer.Ordinal)
    {
        ["float32"] = ScalarType.Float32,
        ["float64"] = ScalarType.Float64,
        ["float16"] = ScalarType.Float16,
        ["bfloat16"] = ScalarType.BFloat16,
        ["int64"] = ScalarType.Int64,
        ["int32"] = ScalarType.Int32,
        ["int16"] = ScalarType.Int16,
        ["int8"] = ScalarType.Int8,
        ["uint8"] = ScalarType.Byte,
        ["bool"] = ScalarType.Bool,
        ["complex64"] = ScalarType.ComplexFloat32,
        ["complex128"] = ScalarType.ComplexFloat64,
    };

    private static readonly Dictionary<string, ScalarType> SafetensorsNames = new(StringComparer.Ordinal)
    {
        ["F32"] = ScalarType.Float32,
        ["F64"] = ScalarType.Float64,
        ["F16"] = ScalarType.Float16,
        ["BF16"] = ScalarType.BFloat16,
        ["I64"] = ScalarType.Int64,
        ["I32"] = ScalarType.Int32,
        ["I16"] = ScalarType.Int16,
        ["I8"] = ScalarType.Int8,
        ["U8"] = ScalarType.Byte,
        ["BOOL"] = ScalarType.Bool,
    };

    /// <summary>Bytes of one element.</summary>
    public static int SizeOf(ScalarType type) => type switch
    {
        ScalarType.Byte or ScalarType.Int8 or ScalarType.Bool => 1,
        ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
        ScalarType.Int32 or ScalarType.Float32 => 4,
        ScalarType.Int64 or ScalarType.Float64 or ScalarType.ComplexFloat32 => 8,
        ScalarType.ComplexFloat64 => 16,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, "Tensors of this type are not supported."),
    };

    /// <summary>The type of a <c>torch.FloatStorage</c> and its kin.</summary>
    public static bool TryStorage(string name, out ScalarType type) => Storages.TryGetValue(name, out type);

    /// <summary>The type of a <c>torch.float32</c> and its kin.</summary>
    public static bool TryTorch(string name, out ScalarType type) => TorchNames.TryGetValue(name, out type);

    /// <summary>The type of a safetensors name.</summary>
    public static bool TrySafetensors(string name, out ScalarType type) => SafetensorsNames.TryGetValue(name, out type);

    /// <summary>The safetensors name of a type, or null.</summary>
    public static string? SafetensorsName(ScalarType type) => NameIn(SafetensorsNames, type);

    /// <summary>The storage name of a type, or null.</summary>
    public static string? StorageName(ScalarType type) => NameIn(Storages, type);

    private static string? NameIn(Dictionary<string, ScalarType> names, ScalarType type) =>
        names.FirstOrDefault(pair => pair.Value == type).Key;
}
