#pragma warning disable MEVD9001 // The services for connectors of vector stores are experimental.
using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.VectorData.ProviderServices;

namespace CoVR.Extensions.AI.VectorData;

/// <summary>Reads a host's record type, by attributes or definition, into the model of its properties.</summary>
internal sealed class RecordModelBuilder() : CollectionModelBuilder(new CollectionModelBuildingOptions { SupportsMultipleVectors = false, RequiresAtLeastOneVector = false })
{
    public const string VectorTypes = "ReadOnlyMemory<float>, float[], Embedding<float>, DataContent";

    private static readonly FrozenSet<Type> Keys = new[] { typeof(string), typeof(Guid), typeof(int), typeof(long), typeof(ulong) }.ToFrozenSet();
    private static readonly FrozenSet<Type> Vectors = new[] { typeof(ReadOnlyMemory<float>), typeof(float[]), typeof(Embedding<float>), typeof(DataContent) }.ToFrozenSet();
    private static readonly FrozenSet<Type> Values = new[]
    {
        typeof(string), typeof(bool), typeof(byte), typeof(short), typeof(int), typeof(long), typeof(ulong), typeof(float), typeof(double), typeof(decimal), typeof(Guid),
        typeof(DateTime), typeof(DateTimeOffset), typeof(DateOnly), typeof(TimeOnly), typeof(TimeSpan),
    }.ToFrozenSet();

    private static readonly FrozenSet<Type> Lists = new[] { typeof(List<>), typeof(IList<>), typeof(IReadOnlyList<>) }.ToFrozenSet();

    /// <inheritdoc/>
    protected override void ValidateKeyProperty(KeyPropertyModel keyProperty)
    {
        base.ValidateKeyProperty(keyProperty);
        if (!Keys.Contains(keyProperty.Type))
        {
            throw new NotSupportedException($"Property '{keyProperty.ModelName}' has the unsupported type '{keyProperty.Type.Name}'. Keys must be one of the supported types: string, Guid, int, long, ulong.");
        }
    }

    /// <inheritdoc/>
    protected override bool IsDataPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        var list = type.IsArray || (type.IsGenericType && Lists.Contains(type.GetGenericTypeDefinition()));
        var value = list ? type.GetElementType() ?? type.GetGenericArguments()[0] : Nullable.GetUnderlyingType(type) ?? type;
        var isValid = Values.Contains(value) || value.IsEnum;
        supportedTypes = isValid ? null : "string, bool, the integers, float, double, decimal, Guid, dates and times, enumerations, and arrays or lists of them";
        return isValid;
    }

    /// <inheritdoc/>
    protected override bool IsVectorPropertyTypeValid(Type type, [NotNullWhen(false)] out string? supportedTypes)
    {
        supportedTypes = Vectors.Contains(Nullable.GetUnderlyingType(type) ?? type) ? null : VectorTypes;
        return supportedTypes is null;
    }
}
