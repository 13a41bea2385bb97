using System.Runtime.CompilerServices;
using CoVR.PgVector.Search;
using CoVR.PgVector.Sharding;
using CoVR.PgVector.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using NpgsqlTypes;

namespace CoVR.PgVector;

/// <summary>A gallery in a PostgreSQL database with pgvector 0.8 or newer: a table in the schema <c>covr</c>, which any number of processes read and write.</summary>
/// <remarks>
/// <para>Each search sees one snapshot, each write is one transaction. Small galleries, and filters that leave few items, are searched exactly; others by the index that
/// <see cref="BuildIndexAsync"/> built, and each <see cref="SearchResult"/> says so, with the recall that was last measured. What the database finds is compared here by the
/// similarity itself, so that scores are those of other galleries. See docs/postgres.md.</para>
/// <para>Safe for any number of threads. Calls are repeated after transient errors. Where the connection breaks while a write is confirmed and repetitions fail too, the write
/// may be there although an error is reported. Messages name server and database, never a password.</para>
/// </remarks>
public sealed class PostgresGallery : IGallery
{
    private readonly NpgsqlDataSource _source;
    private readonly bool _ownsSource;
    private readonly PostgresGalleryOptions _options;
    private readonly PostgresSession _session;
    private readonly GalleryOpener _opener;
    private volatile bool _disposed;

    /// <summary>Creates a gallery that connects at the first call.</summary>
    /// <param name="source">Connections whose builder called <c>UseVector()</c>; the caller keeps ownership.</param>
    /// <param name="fingerprint">What makes the embeddings; null to accept what the database has.</param>
    /// <param name="options">Name, index, similarity; null for the defaults.</param>
    /// <param name="logger">Logs repetitions; may be null.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Options are out of their range.</exception>
    public PostgresGallery(NpgsqlDataSource source, EmbeddingFingerprint? fingerprint, PostgresGalleryOptions? options = null, ILogger<PostgresGallery>? logger = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        _options = options ?? new PostgresGalleryOptions();
        OptionsFaults.ThrowIfAny(_options);
        var log = logger ?? NullLogger<PostgresGallery>.Instance;
        (_source, _session) = (source, new PostgresSession(source, _options, log));
        _opener = new GalleryOpener(_session, fingerprint, _options, log);
    }

    /// <summary>Creates a gallery with connections of its own.</summary>
    /// <param name="connectionString">A connection string of Npgsql.</param>
    /// <param name="fingerprint">What makes the embeddings; null to accept what the database has.</param>
    /// <param name="options">Name, index, similarity; null for the defaults.</param>
    /// <param name="logger">Logs repetitions; may be null.</param>
    /// <exception cref="ArgumentException">The connection string cannot be read.</exception>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Options are out of their range.</exception>
    public PostgresGallery(string connectionString, EmbeddingFingerprint? fingerprint, PostgresGalleryOptions? options = null, ILogger<PostgresGallery>? logger = null)
        : this(SourceOf(connectionString), fingerprint, options, logger) => _ownsSource = true;

    /// <summary>Creates what is missing: the extension, the schema <c>covr</c> and the gallery; migrates an older schema. What exists stays.</summary>
    /// <param name="cancellationToken">Ends the call; nothing is created then.</param>
    /// <returns>A task that completes when the gallery is there. Without a fingerprint only the schema is created.</returns>
    /// <exception cref="GalleryException">The user may not create, pgvector is not installed, the schema is newer, or the gallery belongs to another model.</exception>
    public async ValueTask CreateAsync(CancellationToken cancellationToken = default)
    {
        Begin(cancellationToken);
        await _opener.CreateAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<GalleryInfo> GetInfoAsync(CancellationToken cancellationToken = default) => (await OpenAsync(cancellationToken).ConfigureAwait(false)).Info;

    /// <inheritdoc/>
    public async ValueTask UpsertAsync(IReadOnlyList<GalleryEntry> entries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(entries);
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        open.Info.RequireFit(entries);
        if (entries.Count > 0)
        {
            await open.Writer.UpsertAsync([.. entries.Select(entry => ItemRow.Of(entry, open.Row, _options)).OrderBy(row => row.Key)], cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<int> RemoveAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        var keys = ItemKey.Of(ids);
        return keys.Length == 0 ? 0 : await open.Writer.RemoveAsync(keys, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<bool> ContainsAsync(MediaId id, CancellationToken cancellationToken = default)
    {
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return ItemKey.IsStorable(id.Value)
            && await ScalarAsync<bool>("select", open, $"SELECT EXISTS (SELECT FROM {open.Row.Table} WHERE key = $1)", command => command.Parameters.Add(new() { Value = ItemKey.Of(id) }), cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<GalleryEntry>> GetAsync(IReadOnlyCollection<MediaId> ids, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(ids);
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        var entries = await ReadAsync(open, connection => Select(connection, $"SELECT {ItemColumns.Entry} FROM {open.Row.Table} WHERE key = ANY ($1)", ItemKey.Of(ids)), reader => ItemColumns.ReadEntry(reader, open.Row), cancellationToken).ConfigureAwait(false);
        var found = entries.ToDictionary(entry => entry.Id);
        return [.. ids.Where(found.ContainsKey).Select(id => found[id])];
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<GalleryItem> ListAsync(GalleryFilter? filter = null, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await using var listing = await ItemListing.StartAsync(_session, open.Row, filter, cancellationToken).ConfigureAwait(false);
        while (await listing.ReadAsync(cancellationToken).ConfigureAwait(false) is { } item)
        {
            yield return item;
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    public async ValueTask<long> CountAsync(GalleryFilter? filter = null, CancellationToken cancellationToken = default)
    {
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await ScalarAsync<long>(
            "count",
            open,
            filter is null ? "SELECT items FROM covr.galleries WHERE id = $1" : "",
            command =>
            {
                if (filter is null)
                {
                    command.Parameters.Add(new() { Value = open.Row.Id });
                }
                else
                {
                    command.CommandText = open.Row.Count($" WHERE {new FilterSql(command.Parameters).Of(filter)}");
                }
            },
            cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyList<SearchResult>> SearchAsync(IReadOnlyList<GalleryQuery> queries, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        foreach (var query in queries)
        {
            GallerySearch.Require(query, open.Row.Fingerprint.Dimensions);
        }

        return queries.Count == 0
            ? []
            : await open.Partial.SearchAsync(open, queries, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async ValueTask RecordFailuresAsync(IReadOnlyList<EmbeddingFailure> failures, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(failures);
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        if (failures.FirstOrDefault(failure => !ItemKey.IsStorable(failure.Id.Value)) is { } bad)
        {
            throw ItemRow.NotStorable(open.Row.Address, bad.Id, "identity");
        }

        if (failures.Count > 0)
        {
            await open.Writer.RecordFailuresAsync(failures, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <inheritdoc/>
    public async ValueTask<IReadOnlyDictionary<MediaId, EmbeddingFailure>> GetFailuresAsync(CancellationToken cancellationToken = default)
    {
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return (await ReadAsync(open, connection => FailureTable.Select(connection, open.Row), FailureTable.Read, cancellationToken).ConfigureAwait(false)).ToDictionary(failure => failure.Id);
    }

    /// <summary>Builds the indexes of the gallery: <see cref="PostgresGalleryOptions.Index"/> over the vectors, and those of filters. Searches and writes go on meanwhile.</summary>
    /// <remarks>
    /// An index that exists is replaced when the new one is complete. Building takes minutes for a million items, less where the server's <c>maintenance_work_mem</c> holds the
    /// whole index and <c>max_parallel_maintenance_workers</c> is above 1. A later write adds to the indexes, which makes it slower: load in bulk first.
    /// </remarks>
    /// <param name="cancellationToken">Ends the call; the gallery keeps the index that it had.</param>
    /// <returns>A task that completes when searches use the index.</returns>
    /// <exception cref="GalleryException">The embeddings have too many dimensions, another process is building, or the server failed.</exception>
    public async ValueTask BuildIndexAsync(CancellationToken cancellationToken = default)
    {
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await new IndexBuilder(_session, open.Row, _options).BuildAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Measures how many of the exact best items searches find, with items of the gallery as queries, and stores it, so that each <see cref="SearchResult"/> can state it.</summary>
    /// <remarks>Composed queries may lie elsewhere than items; give some of them to the other overload where they are at hand. Exact searches compare all items: 100 among a million take about a minute.</remarks>
    /// <param name="sample">How many items, chosen by their hashes; at least 1.</param>
    /// <param name="top">How many hits each; at least 1.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The recall with an interval.</returns>
    /// <exception cref="GalleryException">The gallery is empty, or the server failed.</exception>
    public async ValueTask<PostgresRecall> MeasureRecallAsync(int sample = 100, int top = 10, CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(sample, 1);
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await new RecallMeasurement(_session, open, _options).SampleAsync(sample, top, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Measures how many of the exact best items searches find, and stores it.</summary>
    /// <param name="queries">At least one query [1, Q, D].</param>
    /// <param name="top">How many hits each; at least 1.</param>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>The recall with an interval.</returns>
    /// <exception cref="ArgumentException">A query does not fit the gallery.</exception>
    /// <exception cref="GalleryException">The gallery is empty, or the server failed.</exception>
    public async ValueTask<PostgresRecall> MeasureRecallAsync(IReadOnlyList<EmbeddingSet> queries, int top = 10, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(queries);
        ArgumentOutOfRangeException.ThrowIfZero(queries.Count);
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        return await new RecallMeasurement(_session, open, _options)
            .MeasureAsync([.. queries.Select(query => new GalleryQuery(query, new SearchOptions { Top = top }))], cancellationToken).ConfigureAwait(false);
    }

    /// <summary>
    /// Moves the items to partitions on other servers, by hash of identity; searches then ask all of them at once, through <c>postgres_fdw</c> from this database, which keeps the
    /// rest of the gallery. Searches and writes wait until all items are moved.
    /// </summary>
    /// <remarks>
    /// Each server's database gets a gallery of the same name for its part. The connection strings are needed here alone: they are kept in user mappings of this database, for the
    /// current user. Call <see cref="BuildIndexAsync"/> afterwards. A search sees one state of all servers, but a write that is interrupted while they commit one after the other may
    /// stay in part: call it again. See docs/scaling.md.
    /// </remarks>
    /// <param name="servers">Connection strings of Npgsql with user and password, each of a database of its own.</param>
    /// <param name="cancellationToken">Ends the call; the items stay where they are then.</param>
    /// <returns>A task that completes when all items are there.</returns>
    /// <exception cref="GalleryException">A server cannot be used or has items already, or the gallery is on several servers already.</exception>
    public async ValueTask DistributeAsync(IReadOnlyList<string> servers, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(servers);
        ArgumentOutOfRangeException.ThrowIfZero(servers.Count);
        var open = await OpenAsync(cancellationToken).ConfigureAwait(false);
        await _session.RunAsync("distribute", open.Row.Table, (connection, token) => new Distribution(open.Row, _options).RunAsync(connection, servers, token), cancellationToken).ConfigureAwait(false);
        _opener.Forget();
    }

    /// <summary>Rejects further calls, and closes connections of its own; running calls complete.</summary>
    /// <returns>A task that completes when idle connections are closed.</returns>
    public async ValueTask DisposeAsync()
    {
        _disposed = true;
        if (_ownsSource)
        {
            await _source.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static NpgsqlDataSource SourceOf(string connectionString)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        var builder = new NpgsqlDataSourceBuilder(connectionString);
        builder.UseVector();
        return builder.Build();
    }

    private void Begin(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        cancellationToken.ThrowIfCancellationRequested();
    }

    private ValueTask<OpenGallery> OpenAsync(CancellationToken cancellationToken)
    {
        Begin(cancellationToken);
        return _opener.OpenAsync(cancellationToken);
    }

    private ValueTask<T> ScalarAsync<T>(string operation, OpenGallery open, string sql, Action<NpgsqlCommand> complete, CancellationToken cancellationToken) => _session.QueryAsync(
        operation,
        open.Row.Table,
        async (connection, token) =>
        {
            await using var command = new NpgsqlCommand(sql, connection);
            complete(command);
            return (T)(await command.ExecuteScalarAsync(token).ConfigureAwait(false))!;
        },
        cancellationToken);

    private static NpgsqlCommand Select(NpgsqlConnection connection, string sql, Guid[] keys) =>
        new(sql, connection) { Parameters = { new() { Value = keys, NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Uuid } } };

    private ValueTask<List<T>> ReadAsync<T>(OpenGallery open, Func<NpgsqlConnection, NpgsqlCommand> select, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken) => _session.QueryAsync(
        "select",
        open.Row.Table,
        async (connection, token) =>
        {
            await using var command = select(connection);
            await using var reader = await command.ExecuteReaderAsync(token).ConfigureAwait(false);
            List<T> rows = [];
            while (await reader.ReadAsync(token).ConfigureAwait(false))
            {
                rows.Add(read(reader));
            }

            return rows;
        },
        cancellationToken);
}
