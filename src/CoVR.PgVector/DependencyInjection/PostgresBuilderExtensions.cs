using CoVR;
using CoVR.PgVector;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Keeps the gallery of a pipeline in PostgreSQL.</summary>
public static class PostgresBuilderExtensions
{
    /// <summary>Keeps the gallery in a PostgreSQL database, with connections of its own.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="connectionString">A connection string of Npgsql.</param>
    /// <param name="configure">Sets further options; null for none.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UsePostgresGallery(this ICoVRBuilder builder, string connectionString, Action<PostgresGalleryOptions>? configure = null)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(connectionString);
        return builder.UsePostgresGallery(options =>
        {
            options.ConnectionString = connectionString;
            configure?.Invoke(options);
        });
    }

    /// <summary>Keeps the gallery in a PostgreSQL database.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="source">Connections whose builder called <c>UseVector()</c>; the caller keeps ownership.</param>
    /// <param name="configure">Sets options; null for the defaults.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UsePostgresGallery(this ICoVRBuilder builder, NpgsqlDataSource source, Action<PostgresGalleryOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(source);
        return Use(builder, configure, (_, _) => source);
    }

    /// <summary>Keeps the gallery in a PostgreSQL database, by the connection string of the options or the container's <see cref="NpgsqlDataSource"/>.</summary>
    /// <remarks>
    /// <c>AddNpgsqlDataSource(…, data => data.UseVector())</c> of the package Npgsql.DependencyInjection registers a data source, with or without a key. The options of the
    /// pipeline's name, which may also be bound to configuration, are validated when the host starts.
    /// </remarks>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets options; null for the defaults.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UsePostgresGallery(this ICoVRBuilder builder, Action<PostgresGalleryOptions>? configure = null) => Use(
        builder,
        configure,
        (services, options) => options.ConnectionString is not null ? null
            : options.DataSourceKey is { } key ? services.GetRequiredKeyedService<NpgsqlDataSource>(key)
            : services.GetService<NpgsqlDataSource>() ?? throw new InvalidOperationException(
                $"CoVR pipeline '{builder.Name}' has no connection to PostgreSQL. Give a connection string to UsePostgresGallery, or register a data source by AddNpgsqlDataSource(…, data => data.UseVector())."));

    private static ICoVRBuilder Use(ICoVRBuilder builder, Action<PostgresGalleryOptions>? configure, Func<IServiceProvider, PostgresGalleryOptions, NpgsqlDataSource?> sourceOf)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<PostgresGalleryOptions>(builder.Name).Configure(configure ?? (_ => { })).PostConfigure<IServiceProvider>((options, services) =>
        {
            options.Similarity = services.GetRequiredKeyedService<ISimilarity>(builder.Name);
            options.Pooling = services.GetRequiredKeyedService<IFramePooling>(builder.Name);
        }).ValidateDataAnnotations().ValidateOnStart();
        return builder.UseGallery((services, fingerprint) =>
        {
            var (options, logger) = (services.GetRequiredService<IOptionsMonitor<PostgresGalleryOptions>>().Get(builder.Name), services.GetService<ILogger<PostgresGallery>>());
            return sourceOf(services, options) is { } source
                ? new PostgresGallery(source, fingerprint, options, logger)
                : new PostgresGallery(options.ConnectionString!, fingerprint, options, logger);
        });
    }
}
