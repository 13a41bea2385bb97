using System.IO.Enumeration;
using System.Text.Json;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Families;

/// <summary>What each model takes from a released file, and that the family's map ignores exactly the rest.</summary>
public sealed class OverlapParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => golden.Group == "fullsize" && golden.HasOutput("overlap");

    public void Check(GoldenCase golden)
    {
        foreach (var entry in golden.OutputJson("overlap").EnumerateObject())
        {
            var names = entry.Name.Split(" <- ");
            var target = Facts("fullsize/" + names[0]);
            var family = GoldenFamily.All.Single(candidate => candidate.HasFacts(target));
            CompareKeys(family, target, Keys(Facts("fullsize/" + names[1])), entry.Value);
        }
    }

    private static void CompareKeys(GoldenFamily family, GoldenCase target, HashSet<string> file, JsonElement expected)
    {
        using var model = family.OfFacts(target, new Device("meta"));
        var own = model.state_dict().Keys.ToHashSet(StringComparer.Ordinal);
        Assert.Equal(expected.GetProperty("loaded").GetInt32(), own.Count(file.Contains));
        Assert.Equal(Strings("missing_in_checkpoint"), own.Where(key => !file.Contains(key)).Order(StringComparer.Ordinal));
        var ignored = file.Where(key => !own.Contains(key)).Order(StringComparer.Ordinal).ToList();
        Assert.Equal(Strings("ignored_from_checkpoint"), ignored);
        Assert.All(ignored, key => Assert.Contains(
            family.Map.Ignored, pattern => FileSystemName.MatchesSimpleExpression(pattern, key, ignoreCase: false)));

        IEnumerable<string> Strings(string list) => GoldenFamily.Strings(expected.GetProperty(list)).Order(StringComparer.Ordinal);
    }

    private static GoldenCase Facts(string id) => GoldenSet.Cases.Single(golden => golden.Id == id);

    private static HashSet<string> Keys(GoldenCase facts) =>
        [.. facts.OutputJson("facts").GetProperty("state_dict").EnumerateArray().Select(entry => entry.GetProperty("key").GetString()!)];
}
