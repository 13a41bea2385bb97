using CoVR.Checkpoints;

namespace CoVR.Reproduction.Configuration;

/// <summary>Says which known names are near to one that is not known.</summary>
internal static class Names
{
    /// <summary>The sentence, followed by the nearest names where there are such.</summary>
    public static string Unknown(string sentence, string name, IEnumerable<string> known)
    {
        var near = NameDistance.Nearest(name, known.Distinct(StringComparer.Ordinal));
        return near.Count == 0 ? sentence : $"{sentence} Did you mean {string.Join(", ", near.Select(candidate => $"'{candidate}'"))}?";
    }
}
