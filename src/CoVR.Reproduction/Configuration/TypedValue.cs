using System.Collections;
using System.Reflection;
using System.Text.Json;

namespace CoVR.Reproduction.Configuration;

/// <summary>Turns resolved nodes into values of .NET types.</summary>
internal static class TypedValue
{
    /// <summary>The value of a node as a type; null if the node is absent or null.</summary>
    /// <exception cref="ConfigurationException">It has another type.</exception>
    public static object? Of(ConfigNode? node, Type type, string path) => (node, ItemOf(type)) switch
    {
        (null or ConfigScalar { Value: null }, _) => null,
        (ConfigList list, { } item) => List(list, item, path),
        (ConfigScalar scalar, _) => Scalar(scalar, Nullable.GetUnderlyingType(type) ?? type, path),
        var (_, item) => throw new ConfigurationException(node.Origin, $"'{path}' must be {(item is null ? "one value" : "a list")}."),
    };

    /// <summary>The values that a parameter takes by name: the static dictionary of its class, or the members of its enum; null if there are none.</summary>
    public static IDictionary? Names(ParameterInfo parameter) =>
        parameter.Member.DeclaringType!.GetField($"{parameter.Name}Names", BindingFlags.Public | BindingFlags.Static)?.GetValue(null) as IDictionary
            ?? Members(Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType);

    private static Dictionary<string, object>? Members(Type type) => !type.IsEnum ? null : Enum.GetValues(type).Cast<object>()
        .ToDictionary(member => JsonNamingPolicy.SnakeCaseLower.ConvertName(member.ToString()!), StringComparer.Ordinal);

    private static Type? ItemOf(Type type) =>
        type.IsGenericType && type.GetGenericTypeDefinition() == typeof(IReadOnlyList<>) ? type.GetGenericArguments()[0] : null;

    private static Array List(ConfigList list, Type type, string path)
    {
        var items = Array.CreateInstance(type, list.Items.Count);
        for (var i = 0; i < items.Length; i++)
        {
            items.SetValue(Of(list.Items[i], type, $"{path}.{i}") ?? throw new ConfigurationException(list.Items[i].Origin, $"'{path}.{i}' is null, but must be a value."), i);
        }

        return items;
    }

    private static object Scalar(ConfigScalar scalar, Type type, string path) => (Type.GetTypeCode(type), scalar.Value) switch
    {
        (TypeCode.String, { } value) => PythonLiteral.Of(value),
        (TypeCode.Boolean, bool flag) => flag,
        (TypeCode.Int32, long and >= int.MinValue and <= int.MaxValue and var number) => (int)number,
        (TypeCode.Int64, long number) => number,
        (TypeCode.Double, double number) => number,
        (TypeCode.Double, long number) => (double)number,
        (TypeCode.Boolean, _) => throw Wrong(path, scalar, "True or False"),
        (TypeCode.Int32 or TypeCode.Int64, _) => throw Wrong(path, scalar, "a whole number"),
        (TypeCode.Double, _) => throw Wrong(path, scalar, "a number"),
        _ => throw (ItemOf(type) is null ? new NotSupportedException($"Configurations do not support the type {type}.") : Wrong(path, scalar, "a list")),
    };

    private static ConfigurationException Wrong(string path, ConfigScalar scalar, string wanted) =>
        new(scalar.Origin, $"'{path}' is '{PythonLiteral.Of(scalar.Value)}', but must be {wanted}.");
}
