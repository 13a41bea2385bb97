using CoVR.PgVector.Sharding;
using Npgsql;

namespace CoVR.PgVector.Storage;

/// <summary>Creates, migrates and opens the schema <c>covr</c> of a database.</summary>
internal static class GallerySchema
{
    // Held while something is created, so that workers that start together take turns.
    private const long CreationLock = 0x636F7672;
    private static readonly Version Oldest = new(0, 8);

    /// <summary>Finds a gallery; null if the database has none of that name.</summary>
    /// <exception cref="GalleryException">The extension or the schema is missing, older or newer, or the gallery was made otherwise.</exception>
    public static async ValueTask<GalleryRow?> FindAsync(NpgsqlConnection connection, string address, EmbeddingFingerprint? fingerprint, PostgresGalleryOptions options, CancellationToken cancellationToken)
    {
        var version = await VersionAsync(connection, address, cancellationToken).ConfigureAwait(false);
        if (version != SchemaScripts.Version)
        {
            throw new GalleryException(address, VersionFault(version));
        }

        await RequireVectorsAsync(connection, address, cancellationToken).ConfigureAwait(false);
        await using var command = new NpgsqlCommand("SELECT id, model, weights_sha256, preprocessing, vectors, dimensions, half_precision, pooling FROM covr.galleries WHERE name = $1", connection);
        command.Parameters.Add(new() { Value = options.Name });
        var row = await ReadAsync(command, address, fingerprint, options, cancellationToken).ConfigureAwait(false);
        return row is null ? null : row with { Shards = await Shard.ReadAsync(connection, row.Table, cancellationToken).ConfigureAwait(false) };
    }

    private static async ValueTask<GalleryRow?> ReadAsync(NpgsqlCommand command, string address, EmbeddingFingerprint? fingerprint, PostgresGalleryOptions options, CancellationToken cancellationToken)
    {
        await using var reader = await command.ExecuteReaderAsync(cancellationToken).ConfigureAwait(false);
        if (!await reader.ReadAsync(cancellationToken).ConfigureAwait(false))
        {
            return null;
        }

        var stored = new EmbeddingFingerprint(reader.GetString(1), reader.GetString(2), reader.GetString(3), reader.GetInt32(4), reader.GetInt32(5));
        if (fingerprint?.DifferencesFrom(stored) is { Count: > 0 } differences)
        {
            throw new GalleryException(address, $"its embeddings were made otherwise ({string.Join("; ", differences)}). Use the model that made them, or a gallery of another name.");
        }

        return reader.GetString(7) == $"{options.Pooling}"
            ? new GalleryRow(reader.GetInt32(0), address, stored, reader.GetBoolean(6))
            : throw new GalleryException(address, $"its frames are pooled by '{reader.GetString(7)}', not by '{options.Pooling}'. Open it with that pooling, or use a gallery of another name.");
    }

    /// <summary>Creates what is missing and migrates an older schema, in one transaction.</summary>
    public static async Task CreateAsync(NpgsqlConnection connection, string address, EmbeddingFingerprint? fingerprint, PostgresGalleryOptions options, CancellationToken cancellationToken)
    {
        await using (var transaction = await connection.BeginTransactionAsync(cancellationToken).ConfigureAwait(false))
        {
            await LockAsync(connection, cancellationToken).ConfigureAwait(false);
            await CreateExtensionAsync(connection, address, cancellationToken).ConfigureAwait(false);
            await MigrateAsync(connection, address, cancellationToken).ConfigureAwait(false);
            if (fingerprint is not null)
            {
                await CreateGalleryAsync(connection, address, fingerprint, options, cancellationToken).ConfigureAwait(false);
            }

            await transaction.CommitAsync(cancellationToken).ConfigureAwait(false);
        }

        await connection.ReloadTypesAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Waits for others that create something, until the end of the transaction.</summary>
    public static Task LockAsync(NpgsqlConnection connection, CancellationToken cancellationToken) => ExecuteAsync(connection, $"SELECT pg_advisory_xact_lock({CreationLock})", cancellationToken);

    public static async Task<int> ExecuteAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand(sql, connection) { CommandTimeout = 0 };
        return await command.ExecuteNonQueryAsync(cancellationToken).ConfigureAwait(false);
    }

    private static string VersionFault(int? version) => version switch
    {
        null => $"the database has no schema 'covr'. Call {nameof(PostgresGallery.CreateAsync)}, or set {nameof(PostgresGalleryOptions.CreateIfMissing)}.",
        < 0 => "the schema 'covr' is not one of this package: it has no version. Use another database.",
        _ when version > SchemaScripts.Version => $"the schema 'covr' has version {version}, this package knows version {SchemaScripts.Version}. Update the package.",
        _ => $"the schema 'covr' has version {version}, this package needs version {SchemaScripts.Version}. Call {nameof(PostgresGallery.CreateAsync)} to migrate it; older packages cannot read it then.",
    };

    /// <summary>The version of the schema; null if there is none, -1 if it is not ours.</summary>
    private static async ValueTask<int?> VersionAsync(NpgsqlConnection connection, string address, CancellationToken cancellationToken)
    {
        if (await ScalarAsync(connection, "SELECT extversion FROM pg_extension WHERE extname = 'vector'", cancellationToken).ConfigureAwait(false) is not string extension)
        {
            throw new GalleryException(address, $"the database has no extension 'vector'. Install pgvector on the server, and call {nameof(PostgresGallery.CreateAsync)} or CREATE EXTENSION vector as a user who may.");
        }

        if (Version.TryParse(extension, out var installed) && installed < Oldest)
        {
            throw new GalleryException(address, $"the extension 'vector' has version {extension}, {Oldest} is needed. Update pgvector on the server, then ALTER EXTENSION vector UPDATE.");
        }

        return await SchemaVersionAsync(connection, cancellationToken).ConfigureAwait(false);
    }

    private static async ValueTask<int?> SchemaVersionAsync(NpgsqlConnection connection, CancellationToken cancellationToken) =>
        await ScalarAsync(connection, "SELECT to_regnamespace('covr') IS NOT NULL", cancellationToken).ConfigureAwait(false) is false ? null
        : await ScalarAsync(connection, "SELECT to_regclass('covr.schema_version') IS NULL", cancellationToken).ConfigureAwait(false) is true ? -1
        : await ScalarAsync(connection, "SELECT version FROM covr.schema_version", cancellationToken).ConfigureAwait(false) as int? ?? -1;

    private static async Task CreateExtensionAsync(NpgsqlConnection connection, string address, CancellationToken cancellationToken)
    {
        try
        {
            await ExecuteAsync(connection, "CREATE EXTENSION IF NOT EXISTS vector", cancellationToken).ConfigureAwait(false);
        }
        catch (PostgresException error) when (error.SqlState is PostgresErrorCodes.UndefinedFile or PostgresErrorCodes.FeatureNotSupported or PostgresErrorCodes.InsufficientPrivilege)
        {
            throw new GalleryException(address, $"the extension 'vector' cannot be created ({error.MessageText}). Install pgvector 0.8 or newer on the server, and let a superuser run CREATE EXTENSION vector in this database.", error);
        }
    }

    private static async Task MigrateAsync(NpgsqlConnection connection, string address, CancellationToken cancellationToken)
    {
        var version = await SchemaVersionAsync(connection, cancellationToken).ConfigureAwait(false) ?? 0;
        if (version < 0 || version > SchemaScripts.Version)
        {
            throw new GalleryException(address, VersionFault(version));
        }

        await ExecuteAsync(connection, "CREATE SCHEMA IF NOT EXISTS covr; CREATE TABLE IF NOT EXISTS covr.schema_version (version integer NOT NULL)", cancellationToken).ConfigureAwait(false);
        foreach (var script in SchemaScripts.Migrations.Skip(version))
        {
            await ExecuteAsync(connection, script, cancellationToken).ConfigureAwait(false);
        }

        await ExecuteAsync(connection, $"DELETE FROM covr.schema_version; INSERT INTO covr.schema_version VALUES ({SchemaScripts.Version})", cancellationToken).ConfigureAwait(false);
    }

    private static async Task CreateGalleryAsync(NpgsqlConnection connection, string address, EmbeddingFingerprint fingerprint, PostgresGalleryOptions options, CancellationToken cancellationToken)
    {
        if (fingerprint.Dimensions > 16_000 || !ItemKey.IsStorable(options.Name))
        {
            throw new GalleryException(address, fingerprint.Dimensions > 16_000
                ? $"its embeddings have {fingerprint.Dimensions} dimensions, a vector of PostgreSQL has at most 16,000. Use a gallery in memory or in a folder."
                : "its name has a NUL or half of a surrogate pair, which PostgreSQL cannot store. Choose another name.");
        }

        const string sql =
            """
            INSERT INTO covr.galleries (name, model, weights_sha256, preprocessing, vectors, dimensions, half_precision, pooling)
            VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (name) DO NOTHING RETURNING id
            """;
        object[] values =
        [
            options.Name, fingerprint.Model, fingerprint.WeightsSha256, fingerprint.Preprocessing, fingerprint.Vectors, fingerprint.Dimensions, options.HalfPrecision, $"{options.Pooling}",
        ];
        if (await ScalarAsync(connection, sql, cancellationToken, values).ConfigureAwait(false) is int id)
        {
            await ExecuteAsync(connection, SchemaScripts.Items(GalleryRow.TableOf(id), fingerprint.Dimensions, options.HalfPrecision), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>A host's own data source may not know the types of pgvector, or have connections that are older than the extension.</summary>
    private static async Task RequireVectorsAsync(NpgsqlConnection connection, string address, CancellationToken cancellationToken)
    {
        for (var reloaded = false; ; reloaded = true)
        {
            try
            {
                await ScalarAsync(connection, "SELECT $1::vector::text", cancellationToken, new Pgvector.Vector(new float[] { 1 })).ConfigureAwait(false);
                return;
            }
            catch (InvalidCastException) when (!reloaded)
            {
                await connection.ReloadTypesAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (InvalidCastException error)
            {
                throw new GalleryException(address, "the data source does not know the type 'vector'. Call UseVector() of the package Pgvector on its builder.", error);
            }
        }
    }

    private static async Task<object?> ScalarAsync(NpgsqlConnection connection, string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
        {
            command.Parameters.Add(new() { Value = value });
        }

        return await command.ExecuteScalarAsync(cancellationToken).ConfigureAwait(false);
    }
}
