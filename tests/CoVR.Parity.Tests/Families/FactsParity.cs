using System.Text.Json;
using CoVR.Modeling.Families;
using CoVR.Modeling.Layers;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Families;

/// <summary>Every key, shape and type of the reference's variants, what they train and how many numbers they hold, on the meta device.</summary>
public sealed class FactsParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => golden.HasOutput("facts") && GoldenFamily.All.Any(family => family.HasFacts(golden));

    public void Check(GoldenCase golden)
    {
        var facts = golden.OutputJson("facts");
        var family = GoldenFamily.All.Single(candidate => candidate.HasFacts(golden));
        using var model = family.OfFacts(golden, new Device("meta"));
        family.SetTrainable(model, GoldenFamily.VariantOf(golden));
        CompareNames(facts, model);
        CompareCounts(facts, model);
        CompareTies(facts, model);
        CompareCopies(facts, device => family.OfFacts(golden, device));
    }

    private static void CompareNames(JsonElement facts, ComposedFamilyEncoder model)
    {
        var expected = facts.GetProperty("state_dict").EnumerateArray().Select(entry =>
            $"{entry.GetProperty("key").GetString()} [{string.Join(", ", entry.GetProperty("shape").EnumerateArray())}] {entry.GetProperty("dtype").GetString()}");
        var actual = model.state_dict().Select(entry =>
            $"{entry.Key} [{string.Join(", ", entry.Value.shape)}] {entry.Value.dtype.ToString().ToLowerInvariant()}");
        AssertSame(expected, actual);
        AssertSame(Names("trainable"), model.named_parameters().Where(entry => entry.parameter.requires_grad).Select(entry => entry.name));
        AssertSame(Names("frozen"), model.named_parameters().Where(entry => !entry.parameter.requires_grad).Select(entry => entry.name));
        AssertSame(Names("buffers"), model.named_buffers().Select(entry => entry.name));

        IEnumerable<string> Names(string list) => GoldenFamily.Strings(facts.GetProperty(list));
    }

    private static void CompareCounts(JsonElement facts, ComposedFamilyEncoder model)
    {
        Assert.Equal(facts.GetProperty("numel_total").GetInt64(), model.parameters().Sum(parameter => parameter.numel()));
        Assert.Equal(
            facts.GetProperty("numel_trainable").GetInt64(),
            model.parameters().Where(parameter => parameter.requires_grad).Sum(parameter => parameter.numel()));
        if (facts.TryGetProperty("numel_stored", out var stored))
        {
            Assert.Equal(stored.GetInt64(), model.state_dict().Values.Sum(values => values.numel()));
        }
    }

    /// <summary>Names of one tensor.</summary>
    private static void CompareTies(JsonElement facts, ComposedFamilyEncoder model)
    {
        if (facts.TryGetProperty("tied", out var tied))
        {
            var state = model.state_dict();
            Assert.All(tied.EnumerateArray().Select(GoldenFamily.Strings), names => Assert.Single(names.Select(name => state[name].Handle).Distinct()));
        }
    }

    /// <summary>Fresh weights that start as copies of others; only where the facts list them, and those models are small.</summary>
    private static void CompareCopies(JsonElement facts, Func<Device, ComposedFamilyEncoder> allocate)
    {
        if (!facts.TryGetProperty("query_copies", out var copies) || copies.GetArrayLength() == 0)
        {
            return;
        }

        using var scope = NewDisposeScope();
        using var model = allocate(CPU);
        using var initializer = new WeightInitializer(1);
        model.Initialize(initializer);
        var state = model.state_dict();
        Assert.All(copies.EnumerateArray().Select(GoldenFamily.Strings), names => NumericAssert.Close(state[names[1]], state[names[0]], 0, 0, names[0]));
    }

    private static void AssertSame(IEnumerable<string> expected, IEnumerable<string> actual) =>
        Assert.Equal(expected.Order(StringComparer.Ordinal), actual.Order(StringComparer.Ordinal));
}
