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
internal sealed record FoundFile(int Rank, float Score, string File, string Path);

/// <summary>An answer as a table.</summary>
internal static class AnswerTable
{
    /// <summary>The rank, similarity and file of each hit.</summary>
    public static Table Of(SearchAnswer answer)
    {
        var table = new Table().Border(TableBorder.Simple);
        table.AddColumn(new TableColumn("#").RightAligned());
        table.AddColumn(new TableColumn("score").RightAligned());
        table.AddColumn("file");
        foreach (var hit in answer.Hits)
        {
            table.AddRow($"{hit.Rank}", FormattableString.Invariant($"{hit.Score:F3}"), Markup.Escape(hit.File));
        }

        return table;
    }
}
