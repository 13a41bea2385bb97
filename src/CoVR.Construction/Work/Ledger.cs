using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace CoVR.Construction.Work;

/// <summary>Remembers what each stage was run with and what came out.</summary>
internal sealed class Ledger
{
    private readonly WorkFile _file;

    /// <summary>Opens the ledger of a work file.</summary>
    public Ledger(WorkFile file)
    {
        _file = file;
        file.Execute("""
            CREATE TABLE IF NOT EXISTS ledger (
                stage VARCHAR PRIMARY KEY, fingerprint VARCHAR, content VARCHAR, kept BIGINT, dropped VARCHAR, notes VARCHAR, seconds DOUBLE, finished TIMESTAMP)
            """);
    }

    /// <summary>The hash of texts that define a result.</summary>
    public static string Hash(params IEnumerable<string> parts) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\0', parts))))[..32];

    /// <summary>The last run of a stage; null if there was none.</summary>
    public LedgerEntry? Find(ConstructionStage stage) => _file.Read(
        $"SELECT fingerprint, content, kept, dropped, notes, seconds FROM ledger WHERE stage = '{stage}'",
        row => new LedgerEntry(row.GetString(0), row.GetString(1), new StageReport(stage, false, row.GetInt64(2), TimeSpan.FromSeconds(row.GetDouble(5)))
        {
            Dropped = JsonSerializer.Deserialize<DroppedRows[]>(row.GetString(3))!,
            Notes = JsonSerializer.Deserialize<string[]>(row.GetString(4))!,
        })) is [var entry] ? entry : null;

    /// <summary>Records a run, in the transaction of the stage.</summary>
    public void Record(LedgerEntry entry)
    {
        var report = entry.Report;
        _file.Execute($"""
            INSERT OR REPLACE INTO ledger VALUES ('{report.Stage}', '{entry.Fingerprint}', '{entry.Content}', {report.Kept},
                {Sql.Text(JsonSerializer.Serialize(report.Dropped))}, {Sql.Text(JsonSerializer.Serialize(report.Notes))},
                {FormattableString.Invariant($"{report.Elapsed.TotalSeconds:F3}")}, current_timestamp::TIMESTAMP)
            """);
    }

    /// <summary>The hash of tables' rows, in any order.</summary>
    public string ContentOf(IEnumerable<string> tables, CancellationToken cancellationToken) => Hash(tables.Select(table =>
        _file.Read($"SELECT concat(count(*), ' ', coalesce(bit_xor(hash(t)), 0)) FROM {table} t", row => row.GetString(0), cancellationToken)[0]));
}

/// <summary>One run of a stage.</summary>
/// <param name="Fingerprint">The hash of its options and of what it read.</param>
/// <param name="Content">The hash of its result, which later stages depend on.</param>
/// <param name="Report">Counts and time.</param>
internal sealed record LedgerEntry(string Fingerprint, string Content, StageReport Report);
