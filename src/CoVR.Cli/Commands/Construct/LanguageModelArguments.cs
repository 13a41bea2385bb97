using System.CommandLine;
using CoVR.Blip;
using CoVR.Checkpoints;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Construction;

namespace CoVR.Cli.Commands.Construct;

/// <summary>The arguments of the models that write edits and captions.</summary>
internal sealed class LanguageModelArguments
{
    private const string Blip = "blip";

    // BLIP makes the picture smaller itself.
    private const int BlipSide = 768;

    private readonly Option<string?> _writer = new Option<string?>("--writer") { Description = "Lets a language model write the edits: what its service speaks. [default: templates]" }.AcceptOnlyFromAmong(ChatModel.Protocols);
    private readonly Option<string?> _model = new("--model") { Description = "The language model of --writer." };
    private readonly Option<string?> _captions = new Option<string?>("--captions") { Description = "Lets a model write the captions of the input folder: what its service speaks, or blip for BLIP's own." }.AcceptOnlyFromAmong([.. ChatModel.Protocols, Blip]);
    private readonly Option<string?> _captionModel = Text("--caption-model", "The model of --captions, which must see pictures; for blip the file, such as model_base_caption_capfilt_large.pth.");
    private readonly Option<string?> _captionVocabulary = Text("--caption-vocabulary", "The vocabulary of bert-base-uncased, for blip. [default: vocab.txt here, or as downloaded]");
    private readonly Option<string?> _endpoint = Text("--endpoint", "The address of the service. [default: OpenAI's, or Ollama's on this machine]");
    private readonly Option<string?> _key = Text("--api-key-env", "The environment variable that holds the key. [default: OPENAI_API_KEY; with --endpoint none]");
    private readonly Option<string?> _prompt = new("--prompt") { Description = "A file with your own prompt for edits." };
    private readonly Option<string?> _captionPrompt = Text("--caption-prompt", "A file with your own prompt for captions.");
    private readonly Option<string?> _examples = new("--examples") { Description = "A file of examples for the prompt, a JSON object a line: reference, target, edits." };
    private readonly Option<long> _budget = new("--token-budget", OptionNames.Aliases("--token-budget")) { Description = "Tokens after which each of the models stops, over all runs. [default: no limit]" };
    private readonly Option<int> _concurrency = Number("--concurrency", "Calls at the same time.", 4, 1);
    private readonly Option<int> _requests = Number("--requests-per-minute", "Calls that may start in a minute; 0 for no limit.", 0, 0);
    private readonly Option<int> _tokens = Number("--tokens-per-minute", "Tokens that may be spent in a minute; 0 for no limit.", 0, 0);
    private readonly Option<double> _priceIn = new("--price-in", OptionNames.Aliases("--price-in")) { Description = "The price of a million tokens read, to show costs." };
    private readonly Option<double> _priceOut = new("--price-out", OptionNames.Aliases("--price-out")) { Description = "The price of a million tokens written." };

    private LanguageModelArguments()
    {
    }

    /// <summary>Adds the arguments to a command.</summary>
    public static LanguageModelArguments AddTo(Command command)
    {
        var own = new LanguageModelArguments();
        Array.ForEach<Option>(
            [
                own._writer, own._model, own._captions, own._captionModel, own._captionVocabulary, own._endpoint, own._key, own._prompt, own._captionPrompt, own._examples, own._budget, own._concurrency, own._requests, own._tokens,
                own._priceIn, own._priceOut,
            ],
            command.Add);
        return own;
    }

    /// <summary>Creates the clients that were asked for.</summary>
    /// <exception cref="CommandException">Options contradict each other, or a key is missing.</exception>
    public ConstructModels Open(CommandHost host, ParseResult parsed, ConstructionOptions options)
    {
        options.Edits.Concurrency = parsed.GetValue(_concurrency);
        var models = new ConstructModels();
        try
        {
            if (Find(parsed, _captions, _captionModel) is { } captions)
            {
                AddCaptions(models, captions, host, parsed, options);
            }

            if (Find(parsed, _writer, _model) is { } writer)
            {
                models.Writer = models.Own(new ChatEditWriter(models.Own(writer.CreateClient(host.Clock)), Journal(options, "edits"), ReadEdits(host, parsed), host.Clock));
            }

            return models;
        }
        catch
        {
            models.Dispose();
            throw;
        }
    }

    private static string Journal(ConstructionOptions options, string name) => Path.ChangeExtension(options.WorkFile, $".{name}.jsonl");

    private static Option<string?> Text(string name, string description) => new(name, OptionNames.Aliases(name)) { Description = description };

    private static Option<int> Number(string name, string description, int usual, int least) =>
        new Option<int>(name, OptionNames.Aliases(name)) { Description = description, DefaultValueFactory = _ => usual }.AtLeast(least);

    private ChatModel? Find(ParseResult parsed, Option<string?> protocol, Option<string?> model) => (parsed.GetValue(protocol), parsed.GetValue(model)) switch
    {
        (null, null) => null,
        (null, _) => throw new CommandException($"{model.Name} names a model; {protocol.Name} says what its service speaks.", ExitCodes.Usage),
        (_, null) => throw new CommandException($"{protocol.Name} needs the name of a model: {model.Name} NAME.", ExitCodes.Usage),
        var (spoken, name) => new ChatModel(spoken, name, parsed.GetValue(_endpoint) is { } address ? Parse(address) : null, parsed.GetValue(_key)),
    };

    private static Uri Parse(string address) => Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.Scheme is ("http" or "https")
        ? uri
        : throw new CommandException("--endpoint is not an address such as http://localhost:8080/v1.", ExitCodes.Usage);

    private void AddCaptions(ConstructModels models, ChatModel model, CommandHost host, ParseResult parsed, ConstructionOptions options)
    {
        string[] folders = [.. options.Collect.Inputs.Where(Directory.Exists)];
        if (folders is not [var folder])
        {
            throw new CommandException($"--captions describes the media of one folder; the inputs have {folders.Length}.", ExitCodes.Usage);
        }

        options.Collect.Inputs.Remove(folder);
        var client = models.Own(model.Protocol == Blip ? new BlipChatClient(LoadBlip(model, host, parsed)) : model.CreateClient(host.Clock));
        var asked = Read(parsed, new ChatCaptionOptions { Model = model.Model, Concurrency = options.Edits.Concurrency, PromptFile = PathOf(host, parsed, _captionPrompt) });
        (asked.LongerSide, asked.Concurrency) = model.Protocol == Blip ? (BlipSide, 1) : (asked.LongerSide, asked.Concurrency);
        models.Captions.Add(models.Own(new ChatCaptionSource(client, folder, Journal(options, "captions"), asked, time: host.Clock)));
    }

    private Func<RgbFrame, string> LoadBlip(ChatModel model, CommandHost host, ParseResult parsed)
    {
        using var resolver = new CheckpointResolver(new CheckpointOptions());
        var vocabulary = VocabularyFile.Find(host, parsed.GetValue(_captionVocabulary), resolver)
            ?? throw new CommandException("--captions blip needs the vocabulary of bert-base-uncased: put vocab.txt here, or name it with --caption-vocabulary.");
        return BlipArchitecture.LoadCaptioner(host.PathOf(model.Model), vocabulary);
    }

    private ChatEditOptions ReadEdits(CommandHost host, ParseResult parsed) => Read(parsed, new ChatEditOptions
    {
        Model = parsed.GetValue(_model),
        PromptFile = PathOf(host, parsed, _prompt),
        ExamplesFile = PathOf(host, parsed, _examples),
    });

    private T Read<T>(ParseResult parsed, T options)
        where T : ChatCallOptions
    {
        options.TokenBudget = parsed.GetValue(_budget);
        options.RequestsPerMinute = parsed.GetValue(_requests);
        options.TokensPerMinute = parsed.GetValue(_tokens);
        options.InputPrice = parsed.GetValue(_priceIn);
        options.OutputPrice = parsed.GetValue(_priceOut);
        return options;
    }

    private static string? PathOf(CommandHost host, ParseResult parsed, Option<string?> option) => parsed.GetValue(option) is { } path ? host.PathOf(path) : null;
}

/// <summary>The models of a run; dispose it to close their journals.</summary>
internal sealed class ConstructModels : IDisposable
{
    private readonly Stack<IDisposable> _owned = [];

    /// <summary>Writes the edits; null for templates.</summary>
    public IEditWriter? Writer { get; set; }

    /// <summary>Write captions.</summary>
    public List<ICaptionSource> Captions { get; } = [];

    /// <summary>Disposes something at the end, the last first.</summary>
    public T Own<T>(T owned)
        where T : IDisposable
    {
        _owned.Push(owned);
        return owned;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        while (_owned.TryPop(out var owned))
        {
            owned.Dispose();
        }
    }
}
