namespace CoVR.Benchmarks.Queries;

/// <summary>The words of queries: as training phrases them, and as it never does.</summary>
internal static class QueryPhrases
{
    /// <summary>Phrases that training never uses, nor most of their words.</summary>
    public static readonly string[] Paraphrases =
        ["could you please have it {0} this time", "my wish: {0}, otherwise unaltered", "here everything stays, only {0}", "now rather {0}", "let us see how that looks {0}"];

    private static readonly Dictionary<string, string[]> Trained = new(StringComparer.Ordinal)
    {
        ["shape"] = ["make it a {0}", "turn it into a {0}", "replace it with a {0}", "I want a {0} instead", "as a {0}"],
        ["colour"] = ["make it {0}", "paint it {0}", "change the colour to {0}", "the same in {0}", "it should be {0}"],
        ["size"] = ["make it {0}", "change the size to {0}", "I want a {0} one", "resize it to {0}", "it should be {0}"],
        ["background"] = ["put it {0}", "show it {0}", "the same {0}", "I want it {0}", "change the scene: {0}"],
        ["position"] = ["move it: {0}", "shift it, {0}", "it should be {0}", "place it {0}", "I want it {0}"],
    };

    /// <summary>An edit in one of the phrases of training.</summary>
    public static string Edit(string attribute, string value, Random random) => Filled(Trained[attribute][random.Next(5)], attribute, value);

    /// <summary>An edit in a given phrase.</summary>
    public static string Filled(string phrase, string attribute, string value) => phrase.Replace("{0}", Word(attribute, value), StringComparison.Ordinal);

    /// <summary>The word of a value, as captions have it.</summary>
    public static string Word(string attribute, string value) => (attribute, value) switch
    {
        ("background", "night") => "at night",
        ("background", "snow") => "in snow",
        ("background", _) => $"on {value}",
        ("position", "centre") => "in the centre",
        ("position", "left" or "right") => $"on the {value}",
        ("position", _) => $"at the {value}",
        _ => value,
    };
}
