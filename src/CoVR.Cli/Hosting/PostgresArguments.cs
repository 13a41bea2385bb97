using System.CommandLine;
using System.Globalization;
using CoVR.PgVector;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace CoVR.Cli.Hosting;

/// <summary>The options that name a gallery in PostgreSQL.</summary>
internal sealed class PostgresArguments
{
    private readonly Option<string?> _gallery = new("--postgres")
    {
        Description = "The name of a gallery in PostgreSQL with pgvector. The server: --connection, COVR_DATABASE (a connection string), or PGHOST, PGPORT, PGDATABASE and PGUSER.",
    };

    private readonly Option<string?> _connection = new("--connection")
    {
        Description = "The server of --postgres, such as \"Host=db;Database=media;Username=covr\"; no password: that belongs in PGPASSWORD, PGPASSFILE or ~/.pgpass.",
    };

    /// <summary>Adds the options to a command.</summary>
    public static PostgresArguments AddTo(Command command)
    {
        var arguments = new PostgresArguments();
        command.Add(arguments._gallery);
        command.Add(arguments._connection);
        return arguments;
    }

    /// <summary>Adds the server to a command whose argument is the gallery.</summary>
    public static PostgresArguments AddServerTo(Command command)
    {
        var arguments = new PostgresArguments();
        command.Add(arguments._connection);
        return arguments;
    }

    /// <summary>The gallery that was named; null for none.</summary>
    /// <exception cref="CommandException">The server is named badly, or without a gallery.</exception>
    public PostgresPlace? Read(ParseResult parsed)
    {
        if (parsed.GetValue(_gallery) is { } gallery)
        {
            return Read(parsed, gallery);
        }

        return parsed.GetValue(_connection) is null ? null : throw new CommandException("--connection names a server; --postgres NAME names the gallery there.", ExitCodes.Usage);
    }

    /// <summary>A gallery on the server that was named.</summary>
    /// <exception cref="CommandException">The server is named badly.</exception>
    public PostgresPlace Read(ParseResult parsed, string gallery)
    {
        var given = parsed.GetValue(_connection);
        var server = Parse(given ?? Environment.GetEnvironmentVariable("COVR_DATABASE") ?? "", given is null ? "COVR_DATABASE" : "--connection");
        if (given is not null && server.Password is not null)
        {
            throw new CommandException("--connection holds a password, which other users of this machine can see. Put it into PGPASSWORD, PGPASSFILE or ~/.pgpass.", ExitCodes.Usage);
        }

        // Npgsql itself reads PGUSER, PGPASSWORD and PGPASSFILE.
        server.Host ??= Environment.GetEnvironmentVariable("PGHOST") ?? "localhost";
        server.Database ??= Environment.GetEnvironmentVariable("PGDATABASE");
        if (!server.ContainsKey("Port") && int.TryParse(Environment.GetEnvironmentVariable("PGPORT"), NumberStyles.None, CultureInfo.InvariantCulture, out var port))
        {
            server.Port = port;
        }

        return new PostgresPlace(gallery, server);
    }

    private static NpgsqlConnectionStringBuilder Parse(string connection, string origin)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connection);
        }
        catch (ArgumentException)
        {
            // Its message may quote a part of the text.
            throw new CommandException($"{origin} is not a connection string such as \"Host=db;Database=media;Username=covr\".", ExitCodes.Usage);
        }
    }
}

/// <summary>A gallery in PostgreSQL that was named on the command line.</summary>
/// <param name="Gallery">Its name in the database.</param>
/// <param name="Server">The server.</param>
internal sealed record PostgresPlace(string Gallery, NpgsqlConnectionStringBuilder Server)
{
    /// <summary>Gallery, server and database.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Gallery} in {Server.Host}:{Server.Port}/{Server.Database ?? Server.Username}");

    /// <summary>Makes it the gallery of a pipeline.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="create">Whether it is created where the database has none of its name.</param>
    public ICoVRBuilder UseFor(ICoVRBuilder pipeline, bool create) => pipeline.UsePostgresGallery(options => (options.ConnectionString, options.Name, options.CreateIfMissing) = (Server.ConnectionString, Gallery, create));

    /// <summary>Opens it, whatever made its embeddings.</summary>
    /// <param name="options">Its options, apart from the name; null for the defaults.</param>
    public PostgresGallery Open(PostgresGalleryOptions? options = null)
    {
        options ??= new PostgresGalleryOptions();
        options.Name = Gallery;
        return new PostgresGallery(Server.ConnectionString, null, options);
    }
}
