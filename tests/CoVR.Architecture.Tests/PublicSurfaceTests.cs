using System.Reflection;
using TorchSharp;

namespace CoVR.Architecture.Tests;

public sealed class PublicSurfaceTests
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static TheoryData<string> Libraries => [.. SourceProject.Libraries.Keys];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Namespaces_OfPublicTypes_AreOurs(string library)
    {
        var foreign = SourceProject.Libraries[library].Assembly.GetExportedTypes()
            .Where(type => type.Namespace is not ("CoVR" or "Microsoft.Extensions.DependencyInjection") &&
                type.Namespace?.StartsWith("CoVR.", StringComparison.Ordinal) != true);

        Assert.Empty(foreign);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void Types_InTheDependencyInjectionNamespace_AreBuildersAndTheirExtensions(string library)
    {
        var others = SourceProject.Libraries[library].Assembly.GetExportedTypes()
            .Where(type => type.Namespace == "Microsoft.Extensions.DependencyInjection" &&
                !type.Name.EndsWith("Extensions", StringComparison.Ordinal) && !type.Name.EndsWith("Builder", StringComparison.Ordinal));

        Assert.Empty(others);
    }

    [Fact]
    public void HostWords_InTheirSignatures_CarryNoTensor()
    {
        var words = SourceProject.Libraries["CoVR.Abstractions"].Assembly.GetExportedTypes()
            .Where(type => type.Namespace is "CoVR" or "CoVR.Data")
            .ToArray();

        Assert.True(words.Length > 20, $"Only {words.Length} host words were found.");
        Assert.Empty(words.SelectMany(type => Members(type).Where(member => member.Types.Any(CarriesTorch)).Select(member => $"{type}.{member.Name}")));
    }

    [Fact]
    public void HostWords_Check_SeesTensorsInsideOtherTypes()
    {
        Assert.True(CarriesTorch(typeof(IReadOnlyList<torch.Tensor>)));
        Assert.True(CarriesTorch(typeof((int, torch.Tensor[]))));
        Assert.True(CarriesTorch(typeof(torch.Device)));
        Assert.False(CarriesTorch(typeof(IReadOnlyDictionary<string, float[]>)));
    }

    private static bool CarriesTorch(Type type) =>
        type.Assembly == typeof(torch).Assembly ||
        (type.HasElementType && CarriesTorch(type.GetElementType()!)) ||
        (type.IsGenericType && type.GetGenericArguments().Any(CarriesTorch)) ||
        (type.BaseType?.Assembly == typeof(torch).Assembly);

    private static IEnumerable<(string Name, IEnumerable<Type> Types)> Members(Type type)
    {
        foreach (var method in type.GetMethods(Declared).Where(IsVisible))
        {
            yield return (method.Name, method.GetParameters().Select(parameter => parameter.ParameterType).Append(method.ReturnType));
        }

        foreach (var constructor in type.GetConstructors(Declared).Where(IsVisible))
        {
            yield return (constructor.Name, constructor.GetParameters().Select(parameter => parameter.ParameterType));
        }

        foreach (var field in type.GetFields(Declared).Where(field => field.IsPublic || field.IsFamily))
        {
            yield return (field.Name, [field.FieldType]);
        }

        yield return ("base", type.GetInterfaces().Append(type.BaseType ?? typeof(object)));
    }

    private static bool IsVisible(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;
}
