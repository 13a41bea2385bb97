using System.Globalization;
using System.Text.Json;
using CoVR.Reproduction.Evaluation;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>The integers that stand for identities, <c>id2int</c>.</summary>
public sealed class IntegerIdentityParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "data" && golden.Function.Contains("id2int", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        foreach (var entry in golden.OutputJson("cases").EnumerateArray())
        {
            var substitute = entry.GetProperty("sub").GetString()!;
            Assert.Equal(Texts(entry.GetProperty("int")), Texts(entry.GetProperty("id")).Select(id => IntegerIdentity.Of(id, substitute).ToString(CultureInfo.InvariantCulture)));
        }
    }

    private static string[] Texts(JsonElement element) =>
        element.ValueKind == JsonValueKind.Array ? [.. element.EnumerateArray().Select(item => item.ToString())] : [element.ToString()];
}
