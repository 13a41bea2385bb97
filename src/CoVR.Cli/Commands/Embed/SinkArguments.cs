using System.CommandLine;
using CoVR.Cli.Hosting;

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

    private SinkArguments(string fallback) =>
        _folder = new Option<string?>("--save_dir", "--save-dir") { Description = $"The folder for .pth files, one per item, as the reference writes them. [default: {fallback}]" };

    /// <summary>Adds the options to a command.</summary>
    /// <param name="command">The command.</param>
    /// <param name="fallback">The default folder, for help.</param>
    public static SinkArguments AddTo(Command command, string fallback)
    {
        var sink = new SinkArguments(fallback);
        Array.ForEach<Option>([sink._folder, sink._store, sink._verify, sink._merge, sink._retry], command.Add);
        return sink;
    }

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
        var (folder, store) = (parsed.GetValue(_folder), parsed.GetValue(_store));
        if (folder is not null && store is not null)
        {
            throw new CommandException("--save_dir writes .pth files and --store covr's own format: give only one of them.", ExitCodes.Usage);
        }

        if (Merge(parsed) && store is null)
        {
            throw new CommandException("--merge needs --store: .pth files have nothing to merge.", ExitCodes.Usage);
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
internal sealed record Sink(string Folder, bool IsStore, bool IsGiven);
