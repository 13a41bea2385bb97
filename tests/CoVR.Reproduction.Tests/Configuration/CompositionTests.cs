using CoVR.Reproduction.Configuration;

namespace CoVR.Reproduction.Tests.Configuration;

/// <summary>Every choice of every group and every experiment, for train and for test.</summary>
public sealed class CompositionTests
{
    private static readonly ConfigRuntime Runtime = new("/covr", name => name switch
    {
        "COMET_API_TOKEN" => "comet-token",
        "NEPTUNE_API_TOKEN" => "neptune-token",
        _ => null,
    });

    /// <summary>Rows of the table.</summary>
    public static TheoryData<string> Cases => [.. CompositionTable.Cases];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Compose_EachChoice_GivesTheTablesValues(string name)
    {
        var words = name.Split(' ');
        var composed = new ConfigComposer(new ConfigLibrary(), Runtime).Compose(words[0], words[1..]);

        var values = new SortedDictionary<string, string>(StringComparer.Ordinal);
        Flatten(composed.Resolved(), "", values);
        values["(output folder)"] = ConfigJson.Line(new ConfigScalar(composed.Text("hydra.run.dir"), new ConfigOrigin("")));
        foreach (var (path, value) in CompositionTable.Additions)
        {
            if (values.Remove(path, out var added))
            {
                Assert.Equal(value, added);
            }
        }

        var expected = CompositionTable.Expected(name);
        Assert.Empty(expected.Keys.Union(values.Keys)
            .Where(path => expected.GetValueOrDefault(path) != values.GetValueOrDefault(path))
            .Select(path => $"{path}: {values.GetValueOrDefault(path)} instead of {expected.GetValueOrDefault(path)}"));
    }

    [Fact]
    public void Choices_OfEveryGroup_StandInTheTable()
    {
        var library = new ConfigLibrary();
        string[] parts = ["data/fashioniq-base", "machine/default", "trainer/default"];

        var choices = library.Groups.SelectMany(group => library.Choices(group).Select(choice => $"{group}/{choice}")).Except(parts);

        var rows = CompositionTable.Cases.Where(name => name.StartsWith("train ", StringComparison.Ordinal)).Select(name => name["train ".Length..].Replace('=', '/'));
        Assert.Empty(choices.Except(rows));
    }

    private static void Flatten(ConfigNode node, string path, SortedDictionary<string, string> values)
    {
        if (node is ConfigMap { Entries.Count: > 0 } map)
        {
            foreach (var (name, inner) in map.Entries)
            {
                Flatten(inner, path.Length == 0 ? name : $"{path}.{name}", values);
            }
        }
        else
        {
            values[path] = ConfigJson.Line(node);
        }
    }
}
