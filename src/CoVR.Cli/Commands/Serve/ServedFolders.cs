using System.CommandLine;
using System.Security.Claims;
using CoVR.AspNetCore;
using CoVR.Cli.Commands.Embed;
using CoVR.Cli.Commands.Search;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Cli.Reporting;
using CoVR.Embedding;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Commands.Serve;

/// <summary>The arguments that name folders to index and watch, and how.</summary>
internal sealed class ServedFolderArguments
{
    private readonly Argument<string[]> _folders = new("folder") { Description = "A folder of pictures and videos, with all its subfolders; several may be given.", Arity = ArgumentArity.OneOrMore };
    private readonly Option<string?> _store = new("--store") { Description = "Where embeddings are saved. [default: FOLDER.covr next to the folder, like 'covr search'; of several folders in the user's data folder]" };
    private readonly Option<int> _batch = new Option<int>("--batch_size", "--batch-size") { Description = "Frames per call of the model.", DefaultValueFactory = _ => 16 }.AtLeast(1);
    private readonly Option<int> _timeout = OptionRules.VideoTimeout();
    private readonly PostgresArguments _postgres;
    private readonly ModelArguments _model;

    private ServedFolderArguments(Command command)
    {
        command.Add(_folders);
        command.Add(_store);
        _postgres = PostgresArguments.AddTo(command);
        command.Add(_timeout);
        _model = ModelArguments.ForQueries(command);
        command.Add(_batch);
    }

    /// <summary>Adds them to a command.</summary>
    public static ServedFolderArguments AddTo(Command command) => new(command);

    /// <summary>The folders that a command line names.</summary>
    /// <exception cref="CommandException">One is missing, or lies in another.</exception>
    public ServedFolders Read(CommandHost host, ParseResult parsed)
    {
        var paths = parsed.GetRequiredValue(_folders).Select(host.PathOf).Select(Path.TrimEndingDirectorySeparator).Distinct(StringComparer.Ordinal).ToList();
        foreach (var path in paths)
        {
            if (!Directory.Exists(path))
            {
                throw new CommandException($"there is no folder {host.Shown(path)}.");
            }

            if (paths.FirstOrDefault(other => path.StartsWith(other + Path.DirectorySeparatorChar, StringComparison.Ordinal)) is { } outer)
            {
                throw new CommandException($"{host.Shown(path)} lies in {host.Shown(outer)}, which is indexed with all its subfolders: name only one of them.", ExitCodes.Usage);
            }
        }

        var model = _model.Read(host, parsed);
        var store = Store(host, parsed, paths, model);
        FolderStores.RequirePlace(host, store);

        // A store that is chosen, or of several folders, may hold others too.
        var isOwn = !store.IsGiven && paths.Count == 1;
        return new ServedFolders(host, [.. paths.Select(path => (path, isOwn ? "" : FolderStores.ScopeOf(path)))], store, model, parsed.GetValue(_batch), TimeSpan.FromSeconds(parsed.GetValue(_timeout)));
    }

    private Sink Store(CommandHost host, ParseResult parsed, List<string> paths, IModelChoice model)
    {
        var (given, database) = (parsed.GetValue(_store), _postgres.Read(parsed));
        if (given is not null && database is not null)
        {
            throw new CommandException("--store and --postgres both keep embeddings: give only one of them.", ExitCodes.Usage);
        }

        return database is not null ? new Sink("", IsStore: false, IsGiven: true) { Database = database }
            : given is not null ? new Sink(host.PathOf(given), IsStore: true, IsGiven: true)
            : new Sink(paths.Count == 1 ? FolderStores.Beside(paths[0], model) : FolderStores.Shared(model), IsStore: true, IsGiven: false);
    }
}

/// <summary>Folders that are indexed and watched while a host runs, and its pipeline.</summary>
internal sealed class ServedFolders(CommandHost host, IReadOnlyList<(string Path, string Scope)> folders, Sink store, IModelChoice model, int batch, TimeSpan videoTimeout) : IGalleryScope
{
    /// <summary>The folders as a user would write them.</summary>
    public string Names => string.Join(", ", folders.Select(folder => host.Shown(folder.Path)));

    /// <summary>Adds the pipeline to a host's services.</summary>
    /// <param name="services">The services.</param>
    /// <param name="configure">Sets what callers may do.</param>
    public void AddTo(IServiceCollection services, Action<CoVRWebOptions> configure)
    {
        services.Configure<HostOptions>(options => options.ShutdownTimeout = TimeSpan.FromSeconds(1));
        services.AddSingleton<IHostLifetime, CommandLifetime>();

        // The command itself says why the host cannot start.
        services.AddLogging(logging => logging.AddFilter("Microsoft.Extensions.Hosting", LogLevel.Critical));
        var pipeline = store.UseFor(model.Use(host.AddTo(services).AddCoVR().UseToolDefaults(host)), pictures: false)
            .ConfigureMedia(media => media.Timeout = videoTimeout)
            .Configure(options => options.Embedding = new EmbeddingOptions { BatchSize = batch });
        foreach (var (path, scope) in folders)
        {
            pipeline.UseWatchedFolder(path, scope);
        }

        pipeline.AddWeb(options =>
        {
            options.ThumbnailFolder = store.Database is null ? Path.Combine(store.Folder, "thumbnails") : null;
            configure(options);
        });
        var page = services.Last(service => service.IsKeyedService && service.ServiceType == typeof(Func<string, IProgress<JobProgress>>));
        services.AddKeyedSingleton<Func<string, IProgress<JobProgress>>>("", (provider, key) =>
        {
            var shown = (Func<string, IProgress<JobProgress>>)page.KeyedImplementationFactory!(provider, key);
            return folder => new FolderProgress(host, host.Shown(folder), shown(folder));
        });
        if (folders.Any(folder => folder.Scope.Length > 0))
        {
            services.AddSingleton<IGalleryScope>(this);
        }
    }

    /// <summary>Loads the model and says what became of it; searches that come earlier are asked to wait.</summary>
    public async Task LoadModelAsync(IServiceProvider services, CancellationToken cancellation)
    {
        try
        {
            await LoadedModel.LoadAsync(host, services, model.Title, cancellation);
        }
        catch (Exception fault) when (!cancellation.IsCancellationRequested)
        {
            await host.Error.WriteLineAsync($"error: {ErrorText.Of(fault, host.Logs.Verbose)}");
        }
        catch (OperationCanceledException)
        {
            // The command ends.
        }
    }

    /// <inheritdoc/>
    public ValueTask<GalleryFilter?> GetFilterAsync(ClaimsPrincipal user, CancellationToken cancellationToken = default) =>
        ValueTask.FromResult<GalleryFilter?>(new GalleryFilter.Any([.. folders.Select(folder => new GalleryFilter.InFolder(folder.Scope))]));

    /// <summary>Leaves signals to the command.</summary>
    private sealed class CommandLifetime : IHostLifetime
    {
        public Task WaitForStartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}

/// <summary>Writes how far the indexing of a folder is, beside what the page shows.</summary>
internal sealed class FolderProgress(CommandHost host, string folder, IProgress<JobProgress> page) : IProgress<JobProgress>
{
    private readonly IProgress<JobProgress> _lines = new ImmediateProgress<WorkProgress>(new ProgressLines(host.Clock, text => host.Say($"Indexing {folder}: {text}")).Add).OfJob("files");
    private (long Files, long Failed)? _last;

    /// <inheritdoc/>
    public void Report(JobProgress value)
    {
        page.Report(value);
        if (value is { Total: > 0, Activity: not null } or { Total: > 0, Elapsed.Ticks: > 0 })
        {
            _lines.Report(value);
        }
        else if (value.Activity is null && _last != (value.Done, value.Failed))
        {
            _last = (value.Done, value.Failed);
            host.Say(FormattableString.Invariant($"{folder}: {value.Done - value.Failed:N0} files can be searched{(value.Failed > 0 ? $", {value.Failed:N0} cannot be read" : "")}"));
        }
    }
}
