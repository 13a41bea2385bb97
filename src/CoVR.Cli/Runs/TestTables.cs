using CoVR.Data;

namespace CoVR.Cli.Runs;

/// <summary>The outcomes of all tests of a run folder.</summary>
internal static class TestTables
{
    /// <summary>Reads every <c>queries.csv</c> in a folder and those below it.</summary>
    /// <returns>In the order of their names, each table with the name of its test; empty if there is none.</returns>
    /// <exception cref="DatasetFormatException">A file is malformed.</exception>
    public static async Task<List<(string Test, QueryTable Table)>> ReadAsync(string folder, CancellationToken cancellationToken)
    {
        List<(string, QueryTable)> tables = [];
        foreach (var file in Directory.EnumerateFiles(folder, QueryTable.FileName, SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(folder, Path.GetDirectoryName(file)!).Replace('\\', '/');
            tables.AddRange((await QueryTable.ReadAsync(file, cancellationToken)).Select(table => (name, table)));
        }

        return tables;
    }
}
