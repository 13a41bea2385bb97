using System.IO.Enumeration;
using System.Text.Json;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Families;

/// <summary>Every tensor that a released file should hold either fits the model that takes the file, shape and type included, or is ignored by name.</summary>
public sealed class ReleasedKeysParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => golden.HasOutput("facts") && TakersOf(golden).Any();

    public void Check(GoldenCase golden)
    {
        var file = golden.OutputJson("facts").GetProperty("state_dict").EnumerateArray().ToDictionary(entry => entry.GetProperty("key").GetString()!, Describe);
        foreach (var taker in TakersOf(golden))
        {
            var family = GoldenFamily.All.Single(candidate => candidate.HasFacts(taker));
            using var model = family.OfFacts(taker, new Device("meta"));
            var own = model.state_dict().ToDictionary(
                entry => entry.Key, entry => $"[{string.Join(", ", entry.Value.shape)}] {entry.Value.dtype.ToString().ToLowerInvariant()}");
            Assert.All(file, entry =>
            {
                if (own.TryGetValue(entry.Key, out var description))
                {
                    Assert.Equal($"{entry.Key} {description}", $"{entry.Key} {entry.Value}");
                }
                else
                {
                    Assert.Contains(family.Map.Ignored, pattern => FileSystemName.MatchesSimpleExpression(pattern, entry.Key, ignoreCase: false));
                }
            });
        }
    }

    private static string Describe(JsonElement entry) =>
        $"[{string.Join(", ", entry.GetProperty("shape").EnumerateArray())}] {entry.GetProperty("dtype").GetString()}";

    /// <summary>The models that a case of the overlaps says take this file.</summary>
    private static IEnumerable<GoldenCase> TakersOf(GoldenCase golden) =>
        GoldenSet.Cases
            .Where(candidate => candidate.Group == "fullsize" && candidate.HasOutput("overlap"))
            .SelectMany(candidate => candidate.OutputJson("overlap").EnumerateObject())
            .Select(entry => entry.Name.Split(" <- "))
            .Where(names => "fullsize/" + names[1] == golden.Id)
            .Select(names => GoldenSet.Cases.Single(candidate => candidate.Id == "fullsize/" + names[0]));
}
