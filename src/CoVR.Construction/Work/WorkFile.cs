using DuckDB.NET.Data;

namespace CoVR.Construction.Work;

/// <summary>The database of a construction; for one thread at a time.</summary>
internal sealed class WorkFile : IDisposable
{
    private readonly DuckDBConnection _connection;

    private WorkFile(DuckDBConnection connection) => _connection = connection;

    /// <summary>Opens or makes the file.</summary>
    /// <exception cref="ConstructionException">Another process uses it, or it is not a work file.</exception>
    public static WorkFile Open(ConstructionOptions options)
    {
        var path = Path.GetFullPath(options.WorkFile);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        var connection = new DuckDBConnection($"Data Source={path}");
        try
        {
            connection.Open();
            var file = new WorkFile(connection);
            file.Configure(options, path);
            return file;
        }
        catch (ConstructionException)
        {
            connection.Dispose();
            throw;
        }
        catch (DuckDBException error)
        {
            connection.Dispose();
            throw new ConstructionException($"Work file '{path}'", $"it cannot be opened; if another process uses it, wait for that, else choose another file. ({FirstLine(error)})", error);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _connection.Dispose();

    /// <summary>Runs work that is either kept whole or leaves no trace.</summary>
    public async Task InTransactionAsync(Func<Task> work)
    {
        using var transaction = _connection.BeginTransaction();
        await work().ConfigureAwait(false);
        transaction.Commit();
    }

    /// <summary>Runs statements.</summary>
    public void Execute(string sql, CancellationToken cancellationToken = default) => Run(sql, command => command.ExecuteNonQuery(), cancellationToken);

    /// <summary>Reads one number.</summary>
    public long Number(string sql, CancellationToken cancellationToken = default) =>
        Run(sql, command => Convert.ToInt64(command.ExecuteScalar(), System.Globalization.CultureInfo.InvariantCulture), cancellationToken);

    /// <summary>Whether a stage has written a table.</summary>
    public bool HasTable(string name) => Number($"SELECT count(*) FROM duckdb_tables() WHERE table_name = {Sql.Text(name)}") > 0;

    /// <summary>Reads rows into memory.</summary>
    public IReadOnlyList<T> Read<T>(string sql, Func<DuckDBDataReader, T> row, CancellationToken cancellationToken = default) => Run(
        sql,
        command =>
        {
            List<T> rows = [];
            using var reader = command.ExecuteReader();
            while (reader.Read())
            {
                rows.Add(row(reader));
            }

            return rows;
        },
        cancellationToken);

    /// <summary>Adds rows to a table quickly; they are there when it is disposed.</summary>
    public DuckDBAppender Append(string table) => _connection.CreateAppender(table);

    private static string FirstLine(Exception error) => error.Message.Split('\n')[0];

    private void Configure(ConstructionOptions options, string path)
    {
        // The database opens other tables, such as a CSV file, as a view in memory.
        if (Number("SELECT count(*) FROM duckdb_databases() WHERE database_name = current_database() AND path IS NOT NULL") == 0)
        {
            throw new ConstructionException($"Work file '{path}'", "it is not a DuckDB database; choose another file.");
        }

        Execute($"SET temp_directory = {Sql.Text(path + ".tmp")}");
        if (options.MemoryLimit > 0)
        {
            Execute($"SET memory_limit = '{options.MemoryLimit}MiB'");
        }

        if (options.Threads > 0)
        {
            Execute($"SET threads = {options.Threads}");
        }
    }

    private T Run<T>(string sql, Func<DuckDBCommand, T> run, CancellationToken cancellationToken)
    {
        using var command = _connection.CreateCommand();
        command.CommandText = sql;
        using var stop = cancellationToken.Register(command.Cancel);
        try
        {
            return run(command);
        }
        catch (DuckDBException) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException(cancellationToken);
        }
        catch (DuckDBException error)
        {
            throw new ConstructionException("Work file", $"a statement failed: {FirstLine(error)}. If memory or disk ran out, give more of it and run again.", error);
        }
    }
}
