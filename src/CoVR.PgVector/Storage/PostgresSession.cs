using System.Data;
using System.Diagnostics;
using CoVR.PgVector.Sharding;
using Microsoft.Extensions.Logging;
using Npgsql;
using Polly;
using Polly.Retry;

namespace CoVR.PgVector.Storage;

/// <summary>Runs calls on the server: each on a connection of the pool, repeated after transient errors, traced, with errors of its own type.</summary>
internal sealed class PostgresSession
{
    // The names of OpenTelemetry's semantic conventions for database calls.
    private static readonly ActivitySource Activities = new("CoVR.PgVector");
    private readonly NpgsqlDataSource _source;
    private readonly ResiliencePipeline _retries;
    private readonly NpgsqlConnectionStringBuilder _names;

    public PostgresSession(NpgsqlDataSource source, PostgresGalleryOptions options, ILogger logger)
    {
        _source = source;
        _names = new NpgsqlConnectionStringBuilder(source.ConnectionString);
        Address = $"{options.Name} in {_names.Host}:{_names.Port}/{_names.Database ?? _names.Username}";
        _retries = options.Retries == 0 ? ResiliencePipeline.Empty : new ResiliencePipelineBuilder().AddRetry(new RetryStrategyOptions
        {
            ShouldHandle = call => ValueTask.FromResult(call.Outcome.Exception is { } error && PostgresErrors.IsTransient(error) && !(options.AllowPartialResults && IsOfLostShard(error))),
            MaxRetryAttempts = options.Retries,
            Delay = TimeSpan.FromMilliseconds(50),
            BackoffType = DelayBackoffType.Exponential,
            UseJitter = true,
            OnRetry = call =>
            {
                logger.Repeating(Address, call.AttemptNumber + 1, call.Outcome.Exception!);
                return default;
            },
        }).Build();
    }

    /// <summary>Gallery, server and database, for messages.</summary>
    public string Address { get; }

    /// <summary>The gallery, once it is found.</summary>
    public GalleryRow? Gallery { get; set; }

    private IReadOnlyList<Shard> Shards => Gallery?.Shards ?? [];

    /// <summary>A connection for a call that cannot be repeated as a whole.</summary>
    public async ValueTask<NpgsqlConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _retries.ExecuteAsync(_source.OpenConnectionAsync, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error) when (PostgresErrors.IsOfServer(error))
        {
            throw PostgresErrors.Of(Address, error);
        }
    }

    /// <summary>Runs work that may be repeated from its start.</summary>
    /// <param name="operation">Its name in traces.</param>
    /// <param name="table">The table in traces; null where there is none yet.</param>
    /// <param name="work">The work.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async ValueTask<T> RunAsync<T>(string operation, string? table, Func<NpgsqlConnection, CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken)
    {
        using var activity = Start(operation, table);
        try
        {
            return await _retries.ExecuteAsync(
                async token =>
                {
                    await using var connection = await _source.OpenConnectionAsync(token).ConfigureAwait(false);
                    return await work(connection, token).ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (Exception error)
        {
            activity?.SetStatus(ActivityStatusCode.Error).SetTag("error.type", (error as PostgresException)?.SqlState ?? error.GetType().FullName);
            if (PostgresErrors.IsOfServer(error))
            {
                throw PostgresErrors.Of(Address, error, Shards);
            }

            throw;
        }
    }

    /// <summary>Runs a statement that reads one state.</summary>
    public ValueTask<T> QueryAsync<T>(string operation, string? table, Func<NpgsqlConnection, CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken) =>
        Shards.Count == 0 ? RunAsync(operation, table, work, cancellationToken) : ReadAsync(operation, table, work, cancellationToken);

    /// <summary>Runs reads in one snapshot, or in one of each server that has a part.</summary>
    public ValueTask<T> ReadAsync<T>(string operation, string? table, Func<NpgsqlConnection, CancellationToken, ValueTask<T>> work, CancellationToken cancellationToken) =>
        RunAsync(
            operation,
            table,
            async (connection, token) =>
            {
                var isWhole = Shards.Count == 0;
                await using var transaction = await connection.BeginTransactionAsync(isWhole ? IsolationLevel.RepeatableRead : IsolationLevel.ReadCommitted, token).ConfigureAwait(false);
                if (!isWhole)
                {
                    await GallerySchema.ExecuteAsync(connection, Gallery!.Lock("xact_lock_shared"), token).ConfigureAwait(false);
                }

                var result = await work(connection, token).ConfigureAwait(false);
                await transaction.CommitAsync(token).ConfigureAwait(false);
                return result;
            },
            cancellationToken);

    // Searched without it at once, rather than after repetitions.
    private bool IsOfLostShard(Exception error) => error is PostgresException fault && Shard.FindLost(Shards, fault) is not null;

    private Activity? Start(string operation, string? table)
    {
        var activity = Activities.StartActivity(table is null ? operation : $"{operation} {table}", ActivityKind.Client);
        return activity?.SetTag("db.system.name", "postgresql").SetTag("db.namespace", _names.Database).SetTag("db.operation.name", operation)
            .SetTag("db.collection.name", table).SetTag("server.address", _names.Host).SetTag("server.port", _names.Port);
    }
}

internal static partial class Log
{
    [LoggerMessage(1, LogLevel.Warning, "Gallery {Gallery}: repetition {Attempt} after a transient error.")]
    public static partial void Repeating(this ILogger logger, string gallery, int attempt, Exception error);

    [LoggerMessage(2, LogLevel.Information, "Gallery {Gallery}: created in schema version {Version}.")]
    public static partial void Created(this ILogger logger, string gallery, int version);

    [LoggerMessage(3, LogLevel.Warning, "Gallery {Gallery}: {Items} items and no index, so that every search compares all; BuildIndexAsync builds one.")]
    public static partial void NoIndex(this ILogger logger, string gallery, long items);

    [LoggerMessage(4, LogLevel.Warning, "Gallery {Gallery}: {Server} does not answer; the rest is searched.")]
    public static partial void ShardLost(this ILogger logger, string gallery, string server, Exception error);
}
