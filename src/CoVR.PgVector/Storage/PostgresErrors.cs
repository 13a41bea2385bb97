using System.Net.Sockets;
using CoVR.PgVector.Sharding;
using Npgsql;

namespace CoVR.PgVector.Storage;

/// <summary>Turns errors of the server and of the connection into <see cref="GalleryException"/>s that name the gallery and the remedy; never a secret.</summary>
internal static class PostgresErrors
{
    /// <summary>Whether a call may soon succeed when it is repeated: the connection is lost, the server restarts, another writer was faster; not where it took too long.</summary>
    public static bool IsTransient(Exception error) => error is NpgsqlException { InnerException: not TimeoutException } npgsql
        && (npgsql.IsTransient || npgsql.SqlState is PostgresErrorCodes.AdminShutdown or PostgresErrorCodes.CrashShutdown or PostgresErrorCodes.UniqueViolation);

    /// <summary>Whether an error comes from the server or the connection.</summary>
    public static bool IsOfServer(Exception error) => error is NpgsqlException or SocketException or TimeoutException or IOException;

    /// <summary>Makes the error of a gallery.</summary>
    /// <param name="address">Gallery, server and database.</param>
    /// <param name="error">The error of the server or the connection.</param>
    /// <param name="shards">The servers that hold its parts; empty for a gallery on one server.</param>
    public static GalleryException Of(string address, Exception error, IReadOnlyList<Shard> shards) => new(
        address,
        error is PostgresException fault && Shard.FindLost(shards, fault) is { } lost
            ? $"the server {lost.Address}, which holds {lost.Share:P0} of it, does not answer ({fault.MessageText}). Nothing of this call was written. Start the server again, or correct its address by ALTER SERVER {lost.Server}; {nameof(PostgresGalleryOptions.AllowPartialResults)} searches the others meanwhile."
            : ReasonOf(error),
        error);

    public static GalleryException Of(string address, Exception error) => Of(address, error, []);

    private static string ReasonOf(Exception error) => (error as PostgresException)?.SqlState switch
    {
        PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification =>
            "the server refuses the user or the password. Check both in the connection string, PGPASSFILE or the secret store it comes from.",
        PostgresErrorCodes.InvalidCatalogName => "there is no such database. Create it, or correct Database in the connection string.",
        PostgresErrorCodes.InsufficientPrivilege =>
            $"the user may not do this ({Text(error)}). Let an owner call {nameof(PostgresGallery.CreateAsync)} once, and grant this user what docs/postgres.md lists.",
        PostgresErrorCodes.UndefinedTable or PostgresErrorCodes.InvalidSchemaName =>
            $"the schema 'covr' or a table of it is missing ({Text(error)}). Call {nameof(PostgresGallery.CreateAsync)}, or set {nameof(PostgresGalleryOptions.CreateIfMissing)}.",
        PostgresErrorCodes.UndefinedObject or PostgresErrorCodes.UndefinedFunction or PostgresErrorCodes.UndefinedFile =>
            $"something of pgvector is missing ({Text(error)}). Install pgvector 0.8 or newer on the server; then CREATE EXTENSION vector, or ALTER EXTENSION vector UPDATE.",
        PostgresErrorCodes.DiskFull => "the server's disk is full. Nothing of this call was written; make room and call again.",
        PostgresErrorCodes.TooManyConnections => "the server has no connection left. Lower Maximum Pool Size, or raise the server's max_connections.",
        PostgresErrorCodes.QueryCanceled => "the server ended the statement (statement_timeout). Raise the limit, or search fewer items exactly (ExactBelow, BuildIndexAsync).",
        { } state => $"the server reports {Text(error)} (SQLSTATE {state}).",
        null when error is TimeoutException or { InnerException: TimeoutException } =>
            "the server did not answer within Timeout or Command Timeout of the connection string. Raise it, or search fewer items exactly (ExactBelow, BuildIndexAsync).",
        null => $"the server does not answer or the connection broke ({Text(error)}). A write that was not confirmed may be repeated; check that the server runs and can be reached.",
    };

    private static string Text(Exception error) => error is PostgresException postgres ? postgres.MessageText : (error.InnerException ?? error).Message;
}
