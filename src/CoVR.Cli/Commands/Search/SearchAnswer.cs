using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Spectre.Console;

namespace CoVR.Cli.Commands.Search;

/// <summary>A query's answer as JSON.</summary>
/// <param name="Folder">The folder that was searched.</param>
/// <param name="Reference">The reference; null for none.</param>
/// <param name="Text">The text; null for none.</param>
/// <param name="Candidates">How many files were considered.</param>
/// <param name="Hits">The answers, best first.</param>
internal sealed record SearchAnswer(string Folder, string? Reference, string? Text, int Candidates, IReadOnlyList<FoundFile> Hits)
{
    /// <summary>The query of several parts; null for a reference and a text.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Query { get; init; }

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        TypeInfoResolver = SearchJson.Default,
    };

    /// <summary>The answer as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, Json);
}

/// <summary>Made by the compiler: making it at run time takes longer than the search.</summary>
[JsonSerializable(typeof(SearchAnswer))]
internal sealed partial class SearchJson : JsonSerializerContext;

/// <summary>A hit.</summary>
/// <param name="Rank">Its one-based rank.</param>
/// <param name="Score">Its similarity to the query.</param>
/// <param name="File">Its path relative to the folder.</param>
/// <param name="Path">Its full path.</param>
internal sealed record FoundFile(int Rank, float Score, string File, string Path)
{
    /// <summary>Where in a video the query is answered; null for pictures and if unknown.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FoundMoment? Moment { get; init; }
}

/// <summary>A moment of a video, in seconds.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Where it ends.</param>
/// <param name="Best">Its best frame.</param>
internal sealed record FoundMoment(double Start, double End, double Best)
{
    /// <summary>The moment of a hit; null if it has none.</summary>
    public static FoundMoment? Of(SearchHit hit) => hit.Moment is { } moment ? new FoundMoment(Seconds(moment.Start), Seconds(moment.End), Seconds(moment.Best)) : null;

    /// <summary>For people, such as <c>0:03.0 - 0:07.5</c>.</summary>
    public override string ToString() => $"{Clock(Start)} - {Clock(End)}";

    private static double Seconds(TimeSpan time) => Math.Round(time.TotalSeconds, 3);

    private static string Clock(double seconds) => TimeSpan.FromSeconds(seconds).ToString(seconds < 3600 ? @"m\:ss\.f" : @"h\:mm\:ss", CultureInfo.InvariantCulture);
}

/// <summary>An answer as a table.</summary>
internal static class AnswerTable
{
    /// <summary>The rank, similarity and file of each hit, and where there are videos their moments.</summary>
    public static Table Of(SearchAnswer answer)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("#").RightAligned());
        table.AddColumn(new TableColumn("score").RightAligned());
        table.AddColumn("file");
        var hasMoments = answer.Hits.Any(hit => hit.Moment is not null);
        if (hasMoments)
        {
            table.AddColumn("moment");
        }

        foreach (var hit in answer.Hits)
        {
            string[] cells = [$"{hit.Rank}", FormattableString.Invariant($"{hit.Score:F3}"), Markup.Escape(hit.File)];
            table.AddRow(hasMoments ? [.. cells, $"{hit.Moment}"] : cells);
        }

        return table;
    }
}
