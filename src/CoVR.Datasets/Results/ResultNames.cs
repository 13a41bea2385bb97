using CoVR.Evaluation;

namespace CoVR.Datasets;

/// <summary>Names of result files.</summary>
internal static class ResultNames
{
    /// <summary>The reference's name for composed queries; other kinds, which it does not know, are named behind it.</summary>
    public static string Of(string stem, QueryKind? query) =>
        query is null || query == QueryKind.Composed ? $"{stem}.json" : $"{stem}_{query.Name.Replace(' ', '-')}.json";
}
