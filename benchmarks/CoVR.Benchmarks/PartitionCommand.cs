using System.Diagnostics;
using DuckDB.NET.Data;

namespace CoVR.Benchmarks;

/// <summary>Mines one of many partitions of made captions by the SQL of docs/construction.md: what one machine does of more captions than it holds.</summary>
internal static class PartitionCommand
{
    public const string Name = "construct-partition";
    private const int FileSize = 10_000_000;

    private const string Mine = """
        CREATE TABLE slots AS
        SELECT caption, key, slot FROM (
            SELECT caption, xor(total, unnest(hashes)) AS key, unnest(range(1, len(hashes) + 1))::UTINYINT AS slot
            FROM (SELECT caption, hashes, list_reduce(hashes, lambda a, b: xor(a, b)) AS total
                FROM (SELECT caption, list_transform(string_split(text, ' '), lambda w, i: hash(hash(w, i))) AS hashes FROM captions)))
        WHERE key % $PARTITIONS = 0;
        CREATE TABLE families AS SELECT key FROM slots GROUP BY key HAVING count(*) BETWEEN 2 AND 32;
        CREATE TABLE members AS SELECT key, slot, caption FROM slots SEMI JOIN families USING (key);
        CREATE TABLE candidates AS SELECT a.caption AS a, b.caption AS b, a.slot AS slot FROM members a JOIN members b ON a.key = b.key AND a.caption < b.caption;
        CREATE TABLE involved AS SELECT caption, string_split(text, ' ') AS words FROM captions SEMI JOIN (SELECT a AS caption FROM candidates UNION ALL SELECT b FROM candidates) USING (caption);
        CREATE TABLE pairs AS SELECT a, b FROM candidates JOIN involved x ON x.caption = a JOIN involved y ON y.caption = b
        WHERE len(x.words) = len(y.words) AND x.words[:slot - 1] = y.words[:slot - 1] AND x.words[slot + 1:] = y.words[slot + 1:] AND x.words[slot] <> y.words[slot];
        """;

    /// <summary>Runs it.</summary>
    /// <param name="args"><c>make</c> or <c>run</c>, the folder, how many captions, for <c>run</c> how many partitions and the memory limit in MiB.</param>
    public static int Run(string[] args)
    {
        var (folder, count) = (args[1], long.Parse(args[2], null));
        Directory.CreateDirectory(folder);
        using var database = new DuckDBConnection($"Data Source={(args[0] == "make" ? ":memory:" : Path.Combine(folder, "partition.duckdb"))}");
        database.Open();
        Execute("SET threads = 2; SET preserve_insertion_order = false;");
        if (args[0] == "make")
        {
            for (var first = 0L; first < count; first += FileSize)
            {
                Make(Path.Combine(folder, $"{first}.parquet"), first, Math.Min(first + FileSize, count), Execute);
            }

            return 0;
        }

        var partitions = int.Parse(args[3], null);
        Execute($"SET memory_limit = '{args[4]}MiB'; CREATE VIEW captions AS SELECT * FROM read_parquet('{folder}/*.parquet') WHERE caption < {count};");
        var watch = Stopwatch.StartNew();
        foreach (var statement in Mine.Replace("$PARTITIONS", args[3], StringComparison.Ordinal).Split(";\n", StringSplitOptions.RemoveEmptyEntries))
        {
            Execute(statement);
            Console.WriteLine(FormattableString.Invariant($"{watch.Elapsed.TotalSeconds,6:F1} s  {statement.Split('\n')[0]}"));
        }

        using var result = Command("SELECT count(*) FROM pairs");
        Console.WriteLine(FormattableString.Invariant(
            $"{count:N0} captions, one of {partitions} partitions: {watch.Elapsed.TotalSeconds:F1} s, {result.ExecuteScalar():N0} pairs, peak {Process.GetCurrentProcess().PeakWorkingSet64 >> 20} MiB; all: {watch.Elapsed.TotalMinutes * partitions:F0} min"));
        return 0;

        void Execute(string sql)
        {
            using var command = Command(sql);
            command.ExecuteNonQuery();
        }

        DuckDBCommand Command(string sql)
        {
            var command = database.CreateCommand();
            command.CommandText = sql;
            return command;
        }
    }

    // As the captions of the other sizes: five to twelve words, the word of rank r in proportion to 1 / r.
    private static void Make(string file, long first, long end, Action<string> execute)
    {
        if (!File.Exists(file))
        {
            execute($"""
                COPY (SELECT i AS caption, array_to_string(list_transform(range(5 + floor(random() * 8)::INTEGER), lambda x: concat('w', floor(pow(20000, random()))::INTEGER)), ' ') AS text
                    FROM range({first}, {end}) r(i)) TO '{file}.part' (FORMAT parquet)
                """);
            File.Move(file + ".part", file);
            Console.WriteLine(file);
        }
    }
}
