using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using Npgsql;
using Xunit;

namespace CoVR.TestSupport.Postgres;

/// <summary>A PostgreSQL server with pgvector: the one that <c>COVR_POSTGRES</c> names, or a cluster of this process in a temporary folder.</summary>
/// <remarks>A cluster ends with this process, however that ends: its shell waits for lines on standard input and stops it when that closes.</remarks>
public sealed class PostgresServer : IAsyncDisposable
{
    private const int SharedCount = 3;
    private static readonly Lazy<Task<PostgresServer>> Named = new(OpenAsync);
    private static readonly Lazy<Task<PostgresServer[]>> Several = new(() => Task.WhenAll(Enumerable.Range(0, SharedCount).Select(_ => StartAsync())));
    private readonly Process? _shell;

    private PostgresServer(string connectionString, Process? shell)
    {
        ConnectionString = connectionString;
        _shell = shell;
    }

    /// <summary>The connection of a superuser to the database <c>postgres</c>, or to what <c>COVR_POSTGRES</c> names.</summary>
    public string ConnectionString { get; }

    /// <summary>The server of all tests of this process; the test is skipped where none can be had.</summary>
    public static Task<PostgresServer> SharedAsync() => Named.Value;

    /// <summary>Three servers of all tests of this process; the test is skipped where none can be had.</summary>
    public static async Task<IReadOnlyList<PostgresServer>> ThreeAsync() => await Several.Value;

    /// <summary>Starts a cluster for one test; the test is skipped where no PostgreSQL can be had.</summary>
    /// <param name="isDurable">Whether commits are flushed to the disk, so that a killed server loses none.</param>
    public static async Task<PostgresServer> StartAsync(bool isDurable = false)
    {
        var programs = await PostgresPrograms.FindAsync();
        Assert.SkipWhen(programs.Folder is null, programs.Reason);
        var settings = isDurable ? "-c fsync=on" : "-c fsync=off -c full_page_writes=off -c synchronous_commit=off";
        var password = Convert.ToHexString(RandomNumberGenerator.GetBytes(16));
        var port = FreePort();
        var shell = programs.Run(Script, settings, password, port.ToString(CultureInfo.InvariantCulture));
        var answer = await shell.StandardOutput.ReadLineAsync();
        Assert.True(answer == "done", $"PostgreSQL did not start: {answer} {await RestAsync(shell, answer)}");
        return new PostgresServer($"Host=127.0.0.1;Port={port};Username=covr;Password={password};Database=postgres;Include Error Detail=true", shell);
    }

    /// <summary>Makes an empty database, without extensions.</summary>
    public async Task<PostgresDatabase> CreateDatabaseAsync()
    {
        var database = new PostgresDatabase(ConnectionString, $"covr_test_{Guid.NewGuid():N}");
        await database.CreateAsync();
        return database;
    }

    /// <summary>Ends the server without a checkpoint, as after a crash; connections break.</summary>
    public Task KillAsync() => TellAsync("kill");

    /// <summary>Starts a killed server again, at the same port.</summary>
    public Task RestartAsync() => TellAsync("start");

    public async ValueTask DisposeAsync()
    {
        if (_shell is not null)
        {
            _shell.StandardInput.Close();
            await _shell.WaitForExitAsync();
            _shell.Dispose();
        }
    }

    private static async Task<PostgresServer> OpenAsync() =>
        Environment.GetEnvironmentVariable("COVR_POSTGRES") is { Length: > 0 } named ? new PostgresServer(named, null) : await StartAsync();

    private static async Task<string> RestAsync(Process shell, string? answer) => answer == "done" ? "" : await shell.StandardOutput.ReadToEndAsync();

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private async Task TellAsync(string command)
    {
        Assert.SkipWhen(_shell is null, "the server that COVR_POSTGRES names cannot be killed");
        await _shell.StandardInput.WriteLineAsync(command);
        await _shell.StandardInput.FlushAsync();
        var answer = await _shell.StandardOutput.ReadLineAsync();
        Assert.True(answer == "done", $"PostgreSQL: {answer}");
    }

    // $1: settings, $2: the password, $3: the port. pg_ctl makes the server's process a session of its own, which signals to the tests do not reach.
    private const string Script =
        """
        trap '' INT TERM HUP
        folder=$(mktemp -d /tmp/covr-postgres-XXXXXX) && cd "$folder" || exit 1
        printf '%s' "$2" >password
        initdb -D data -U covr --pwfile=password --auth=scram-sha-256 -E UTF8 --no-locale --no-sync >log 2>&1 || { echo failed; tail -n 20 log; exit 1; }
        options="-c listen_addresses=127.0.0.1 -c port=$3 -c unix_socket_directories='' -c max_connections=200 $1"
        start() { if pg_ctl -D data -l log -w -t 60 -o "$options" start >>log 2>&1; then echo done; else echo failed; tail -n 20 log; fi; }
        start
        while read -r line; do
          case $line in
            kill) pg_ctl -D data -m immediate -w stop >>log 2>&1; echo done ;;
            start) start ;;
          esac
        done
        pg_ctl -D data -m immediate -w stop >>log 2>&1
        cd / && rm -rf "$folder"
        """;
}

/// <summary>A database of its own for one test; it is dropped when disposed.</summary>
public sealed class PostgresDatabase(string server, string name) : IAsyncDisposable
{
    /// <summary>The connection to this database.</summary>
    public string ConnectionString { get; } = new NpgsqlConnectionStringBuilder(server) { Database = name }.ConnectionString;

    public async ValueTask DisposeAsync()
    {
        try
        {
            await ExecuteAsync($"DROP DATABASE {name} WITH (FORCE)");
        }
        catch (NpgsqlException error) when (error is not PostgresException)
        {
            // The test has killed the server.
        }
    }

    internal Task CreateAsync() => ExecuteAsync($"CREATE DATABASE {name}");

    private async Task ExecuteAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}
