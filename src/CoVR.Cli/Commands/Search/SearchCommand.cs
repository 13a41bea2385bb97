using System.CommandLine;
using CoVR.Cli.Commands.Embed;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Embedding;

namespace CoVR.Cli.Commands.Search;

/// <summary><c>covr search</c>: searches your own folder.</summary>
internal sealed class SearchCommand
{
    private readonly Argument<string?> _folder = new("folder") { Description = "The folder of pictures and videos, with all its subfolders; without one, --postgres is searched as it is.", Arity = ArgumentArity.ZeroOrOne };
    private readonly Option<string?> _image = new("--image", "-i") { Description = "The reference: a picture, in the folder or anywhere else." };
    private readonly Option<string?> _video = new("--video", "-v") { Description = "The reference: a video, of which the middle frame is used." };
    private readonly Option<string?> _text = new("--text", "-t") { Description = "What to change, or what to look for when there is no reference." };
    private readonly Option<string?> _query = new("--query", "-q") { Description = "A query of several parts instead of these, such as: a.jpg + \"at night\" - \"cars\"" };
    private readonly Option<int> _top = new Option<int>("--top", "-n") { Description = "The number of answers.", DefaultValueFactory = _ => 10 }.AtLeast(1);
    private readonly Option<string?> _store = new("--store") { Description = "Where embeddings are saved. [default: FOLDER.covr next to the folder]" };
    private readonly Option<string?> _page = new("--html") { Description = "Also writes the answers with pictures to this page." };
    private readonly Option<bool> _json = new("--json") { Description = "Writes the answers as JSON; everything else goes to standard error." };
    private readonly Option<bool> _retry = new("--retry") { Description = "Retries files that could not be decoded in an earlier search." };
    private readonly Option<bool> _withReference = new("--include-reference") { Description = "Allows the reference itself as an answer." };
    private readonly Option<bool> _locations = new("--store-locations", OptionNames.Aliases("--store-locations")) { Description = "Stores the GPS coordinates of new and changed files. Whether a file has any is always stored." };
    private readonly FilterArguments _filters = new();
    private readonly Option<int> _batch = new Option<int>("--batch_size", "--batch-size") { Description = "Frames per call of the model.", DefaultValueFactory = _ => 16 }.AtLeast(1);
    private readonly Option<int> _timeout = OptionRules.VideoTimeout();
    private readonly PostgresArguments _postgres;
    private readonly CommandHost _host;
    private readonly DocumentedCommand _command;
    private readonly ModelArguments _model;

    private SearchCommand(CommandHost host)
    {
        _host = host;
        _command = new DocumentedCommand("search", "Searches a folder of pictures and videos: with a reference and a text that says what to change, or with only one of them.")
        {
            Notes = """
                The first search embeds the folder and keeps the result; later ones embed what is new or changed, recognize moved files by their content and
                forget deleted ones. An interrupted embedding continues where it stopped. Without --image, --video, --text and --query the folder is only embedded.
                In --query, texts stand in double quotes and files alone (in single quotes where their names have spaces). Before a part, + asks for it, = keeps it
                and - avoids it; after it, ^0.5 is its weight, and @3-7.5 the span of a video in seconds; a semicolon begins the next turn.
                Several folders may share one --store. Weights and vocabulary are downloaded once (1.9 GB for blip-large).
                """,
            Examples =
            [
                new("covr search photos --image photos/street.jpg --text \"the same street, but at night\""),
                new("covr search photos --text \"a red car\" --top 20 --html red-cars.html"),
                new("covr search clips --video clips/dog.mp4 --text \"make it a cat\" --model blip2-coco --json"),
                new("covr search photos --text \"a beach\" --taken-after 2024-06-01 --camera iphone"),
                new("covr search photos --query 'photos/a.jpg + \"at night\" - \"cars\"^0.5'", "wanted and unwanted parts, with weights"),
                new("covr search photos", "embeds the folder, so that later searches are fast"),
                new("covr search --postgres clips --text \"a dog\"", "a gallery in PostgreSQL that 'covr embed … --postgres clips' fills"),
            ],
        };
        _command.Add(_folder);
        foreach (var option in (Option[])[_image, _video, _text, _query, _top, .. _filters.Options, _page, _json, _withReference, _store, _locations, _retry, _timeout])
        {
            _command.Add(option);
        }

        _postgres = PostgresArguments.AddTo(_command);

        _model = ModelArguments.ForQueries(_command);
        _command.Add(_batch);
        _command.SetAction(RunAsync);
    }

    /// <summary>Creates the command.</summary>
    public static Command Create(CommandHost host) => new SearchCommand(host)._command;

    private async Task<int> RunAsync(ParseResult parsed, CancellationToken cancellation)
    {
        _host.ResumeHint = "Run the same command again to continue: finished embeddings are saved.";
        if (parsed.GetValue(_json))
        {
            _host.KeepOutputForResult();
        }

        var database = _postgres.Read(parsed);
        if (parsed.GetValue(_folder) is not { } named)
        {
            return await SearchDatabaseAsync(parsed, database ?? throw new CommandException("covr search needs a folder, or --postgres GALLERY.", ExitCodes.Usage), cancellation);
        }

        var folder = _host.PathOf(named);
        if (!Directory.Exists(folder))
        {
            throw new CommandException($"there is no folder {_host.Shown(folder)}.");
        }

        var model = _model.Read(_host, parsed);
        var query = Query(parsed, folder, _ => null);
        var store = Store(parsed, database);
        var options = new EmbeddingOptions { BatchSize = parsed.GetValue(_batch), RetryFailed = parsed.GetValue(_retry) };
        var timeout = TimeSpan.FromSeconds(parsed.GetValue(_timeout));
        await using var search = await FolderSearch.OpenAsync(_host, folder, model, store, options, timeout, cancellation);
        search.StoresLocations = parsed.GetValue(_locations);
        var failed = await search.EmbedAsync(cancellation);
        if (query is null)
        {
            _host.Say($"Ready. Ask with: covr search {_host.Shown(folder)} --image PICTURE --text \"what to change\"");
            return failed == 0 ? ExitCodes.Done : ExitCodes.Failed;
        }

        var answer = await search.AskAsync(query, parsed.GetValue(_top), _filters.Read(parsed), parsed.GetValue(_withReference), cancellation) with { Query = parsed.GetValue(_query) };
        Show(answer, parsed.GetValue(_json));
        if (parsed.GetValue(_page) is { } page)
        {
            await search.WritePageAsync(_host.PathOf(page), query, answer, cancellation);
            _host.Say($"page: {_host.PathOf(page)}");
        }

        return ExitCodes.Done;
    }

    private async Task<int> SearchDatabaseAsync(ParseResult parsed, PostgresPlace database, CancellationToken cancellation)
    {
        var query = parsed.GetValue(_page) is null && parsed.GetValue(_store) is null ? Query(parsed, _host.Folder, name => QueryPart.OfItem(new MediaId(name))) : null;
        if (query is null)
        {
            throw new CommandException("without a folder, covr search needs --text, --image, --video or --query, and takes neither --html nor --store.", ExitCodes.Usage);
        }

        var filters = _filters.Read(parsed);
        var options = new SearchOptions { Top = parsed.GetValue(_top), Filter = filters.Count == 0 ? null : new GalleryFilter.All(filters) };
        var answer = await DatabaseSearch.AskAsync(_host, database, _model.Read(_host, parsed), query, options, parsed.GetValue(_withReference), cancellation);
        Show(answer with { Query = parsed.GetValue(_query) }, parsed.GetValue(_json));
        return ExitCodes.Done;
    }

    private Sink? Store(ParseResult parsed, PostgresPlace? database)
    {
        var given = parsed.GetValue(_store);
        if (given is not null && database is not null)
        {
            throw new CommandException("--store and --postgres both keep embeddings: give only one of them.", ExitCodes.Usage);
        }

        return given is not null ? new Sink(_host.PathOf(given), IsStore: true, IsGiven: true)
            : database is not null ? new Sink("", IsStore: false, IsGiven: true) { Database = database }
            : null;
    }

    /// <summary>The query; null without a query. <paramref name="other"/> makes the part of a name that is not a file.</summary>
    private ComposedQuery? Query(ParseResult parsed, string folder, Func<string, QueryPart?> other)
    {
        var (reference, text) = (Reference(parsed, folder), parsed.GetValue(_text));
        if (parsed.GetValue(_query) is not { } several)
        {
            return reference is null && string.IsNullOrWhiteSpace(text) ? null : new ComposedQuery(reference is null ? null : MediaSource.FromFile(reference), text);
        }

        if (reference is not null || text is not null)
        {
            throw new CommandException("--query says all that is asked for: leave out --image, --video and --text.", ExitCodes.Usage);
        }

        try
        {
            return ComposedQuery.Parse(several, name => Places(name, folder).FirstOrDefault(File.Exists) is { } file ? QueryPart.OfMedia(file) : other(name));
        }
        catch (QueryException fault)
        {
            throw new CommandException($"--query: {fault.Reason}", ExitCodes.Usage);
        }
    }

    private string[] Places(string given, string folder) => [_host.PathOf(given), Path.Combine(folder, given)];

    private string? Reference(ParseResult parsed, string folder)
    {
        var (image, video) = (parsed.GetValue(_image), parsed.GetValue(_video));
        if (image is not null && video is not null)
        {
            throw new CommandException("--image and --video both give a reference: use only one.", ExitCodes.Usage);
        }

        if ((image ?? video) is not { } given)
        {
            return null;
        }

        var places = Places(given, folder);
        return places.FirstOrDefault(File.Exists) ?? throw new CommandException($"there is no file {given} (looked for {string.Join(" and ", places)}).");
    }

    private void Show(SearchAnswer answer, bool json)
    {
        if (json)
        {
            _host.Console.Profile.Out.Writer.WriteLine(answer.ToJson());
            return;
        }

        _host.Console.Write(AnswerTable.Of(answer));
    }
}
