using Spectre.Console;

namespace CoVR.Cli.Commands.Search;

/// <summary>An answer for people.</summary>
internal static class AnswerTable
{
    /// <summary>Place, similarity and file of each hit.</summary>
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
