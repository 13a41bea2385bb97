using System.Text.Json;
using System.Text.Json.Serialization;
using CoVR.AspNetCore.Safety;

namespace CoVR.AspNetCore.Search;

/// <summary>The order of hits.</summary>
internal enum SortOrder
{
    Relevance,
    Time,
    Name,
}

/// <summary>A search, or a list of items where there are no parts.</summary>
internal sealed record SearchRequest
{
    public const int MostHits = 500;

    private const int LastOffset = 1_000_000;
    private const int MostExcluded = 10_000;

    public IReadOnlyList<SearchPart> Parts { get; init; } = [];

    public ItemFilter? Filter { get; init; }

    public IReadOnlyList<string> Exclude { get; init; } = [];

    public int Top { get; init; } = 50;

    public int Offset { get; init; }

    public float? MinScore { get; init; }

    [JsonConverter(typeof(CamelCaseNames<SortOrder>))]
    public SortOrder? Sort { get; init; }

    public bool Collapse { get; init; }

    /// <summary>Checks what no type does.</summary>
    /// <exception cref="ApiException">A value is out of range.</exception>
    public void RequireValid()
    {
        RequirePage(Offset, Top);
        Require(Parts.Count <= ComposedQuery.MaxParts, "query.too-many-parts", $"A query has at most {ComposedQuery.MaxParts} parts.");
        Require(Exclude.Count <= MostExcluded, "query.invalid", $"At most {MostExcluded} items can be excluded.");
        Require(MinScore is null || float.IsFinite(MinScore.Value), "query.invalid", "minScore is not finite.");
        Require(Parts.All(part => part is not null), "query.invalid", "A part of the query is null.");
        foreach (var part in Parts)
        {
            part.RequireValid();
        }
    }

    public static void RequirePage(int offset, int top)
    {
        Require(top is >= 1 and <= MostHits, "query.invalid", $"top is {top}; it must be 1 to {MostHits}.");
        Require(offset is >= 0 and <= LastOffset, "query.invalid", $"offset is {offset}; it must be 0 to {LastOffset}.");
    }

    public static void Require(bool isMet, string code, string detail)
    {
        if (!isMet)
        {
            throw ApiException.Invalid(code, detail);
        }
    }
}

/// <summary>One part of a query: exactly one of text, item, file (of this request) and upload (of an earlier one).</summary>
internal sealed record SearchPart
{
    private const int MostLetters = 2000;

    public string? Text { get; init; }

    public string? Item { get; init; }

    public string? File { get; init; }

    public string? Upload { get; init; }

    public float Weight { get; init; } = 1;

    [JsonConverter(typeof(CamelCaseNames<QueryRole>))]
    public QueryRole Role { get; init; }

    /// <summary>The span of a video, in seconds.</summary>
    public double? From { get; init; }

    public double? To { get; init; }

    public void RequireValid()
    {
        string?[] kinds = [Text, Item, File, Upload];
        SearchRequest.Require(kinds.Count(kind => kind is not null) == 1, "query.invalid", "Each part of a query has exactly one of text, item, file and upload.");
        SearchRequest.Require(Text is null or { Length: <= MostLetters }, "query.text-too-long", $"A text has at most {MostLetters} letters.");
        SearchRequest.Require(Text is null || !string.IsNullOrWhiteSpace(Text), "query.empty", "A text of the query is empty.");
        SearchRequest.Require(float.IsFinite(Weight) && Weight >= 0, "query.invalid", "A weight is negative or not finite.");
        SearchRequest.Require(From is null == To is null && From is null or >= 0 and < 1e7 && (From is null || To is < 1e7 && To >= From), "query.invalid", "from and to are seconds, both or neither, in order.");
    }
}

/// <summary>Reads and writes a value by its name.</summary>
internal sealed class CamelCaseNames<T>() : JsonStringEnumConverter<T>(JsonNamingPolicy.CamelCase, allowIntegerValues: false)
    where T : struct, Enum;
