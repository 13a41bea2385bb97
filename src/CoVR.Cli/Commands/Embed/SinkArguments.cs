using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Reproduction.Embedding;
using CoVR.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Embed;

/// <summary>The options for the place of embeddings, and for checking existing ones.</summary>
internal sealed class SinkArguments
{
    private readonly Option<string?> _folder;
    private readonly Option<string?> _store = new("--store")
    {
        Description = "A folder for covr's own store (one file per worker, with fingerprints and checksums) instead of .pth files.",
    };

    private readonly Option<bool> _merge = new("--merge") { Description = "Embeds nothing: merges the files of all workers of --store. Safe to interrupt." };
    private readonly Option<bool> _verify = new("--verify") { Description = "Embeds nothing: reads every embedding and lists those that are missing or damaged. Needs no model." };
    private readonly Option<bool> _retry = new("--retry") { Description = "Retries files that could not be decoded in an earlier run." };
    private readonly PostgresArguments _postgres;

    private SinkArguments(Command command, string fallback)
    {
        _folder = new Option<string?>("--save_dir", "--save-dir") { Description = $"The folder for .pth files, one per item, as the reference writes them. [default: {fallback}]" };
        command.Add(_folder);
        command.Add(_store);
        _postgres = PostgresArguments.AddTo(command);
        Array.ForEach<Option>([_verify, _merge, _retry], command.Add);
    }

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="fallback">The default folder, for help.</param>
    public static SinkArguments AddTo(Command command, string fallback) => new(command, fallback);

    /// <summary>Whether failures of earlier runs are tried again.</summary>
    public bool Retry(ParseResult parsed) => parsed.GetValue(_retry);

    /// <summary>Whether to only check existing embeddings.</summary>
    public bool Verify(ParseResult parsed) => parsed.GetValue(_verify);

    /// <summary>Whether to only merge the files of workers.</summary>
    public bool Merge(ParseResult parsed) => parsed.GetValue(_merge);

    /// <summary>Where embeddings go.</summary>
    /// <param name="host">The host.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="fallback">The reference's folder; null if it cannot be determined.</param>
    /// <exception cref="CommandException">Two places were given, or none.</exception>
    public Sink Read(CommandHost host, ParseResult parsed, string? fallback)
    {
        var (folder, store, database) = (parsed.GetValue(_folder), parsed.GetValue(_store), _postgres.Read(parsed));
        if (new object?[] { folder, store, database }.Count(place => place is not null) > 1)
        {
            throw new CommandException("--save_dir writes .pth files, --store covr's own format and --postgres into a database: give only one of them.", ExitCodes.Usage);
        }

        if (Merge(parsed) && store is null)
        {
            throw new CommandException("--merge needs --store: .pth files and databases have nothing to merge.", ExitCodes.Usage);
        }

        if (database is not null)
        {
            return new Sink("", IsStore: false, IsGiven: true) { Database = database };
        }

        return store is not null
            ? new Sink(host.PathOf(store), IsStore: true, IsGiven: true)
            : new Sink(host.PathOf(folder ?? fallback ?? throw new CommandException("--save_dir or --store is needed.", ExitCodes.Usage)), IsStore: false, IsGiven: folder is not null);
    }
}

/// <summary>Where embeddings go.</summary>
/// <param name="Folder">The full path.</param>
/// <param name="IsStore">Whether it is our own store, rather than a tree of .pth files.</param>
/// <param name="IsGiven">Whether it was given on the command line.</param>
internal sealed record Sink(string Folder, bool IsStore, bool IsGiven)
{
    /// <summary>The gallery in PostgreSQL; null for a folder.</summary>
    public PostgresPlace? Database { get; init; }

    /// <summary>What kind of place it is.</summary>
    public string Kind => Database is not null ? "PostgreSQL" : IsStore ? "store" : ".pth files";

    /// <summary>Where the reasons of failures are.</summary>
    public string Failures(CommandHost host) => Database is null ? host.Shown(Path.Combine(Folder, "failures*.jsonl")) : "covr.failures in the database";

    /// <summary>The place as a user would write it.</summary>
    public string Shown(CommandHost host) => Database?.ToString() ?? host.Shown(Folder);

    /// <summary>Opens existing embeddings, whatever made them.</summary>
    /// <param name="pictures">Whether they are of pictures, whose .pth files have no frame axis.</param>
    public IGallery Open(bool pictures) =>
        Database is not null ? Database.Open() : IsStore ? new FolderGallery(Folder, null) : PthTreeGallery.OpenExisting(Folder, pictures);

    /// <summary>Makes it the gallery of a pipeline.</summary>
    /// <param name="pipeline">The pipeline.</param>
    /// <param name="pictures">Whether it shall hold pictures.</param>
    public ICoVRBuilder UseFor(ICoVRBuilder pipeline, bool pictures) =>
        Database is not null ? Database.UseFor(pipeline, create: true) : IsStore ? pipeline.UseFolderGallery(Folder) : pipeline.UsePthTree(Folder, pictures);
}
