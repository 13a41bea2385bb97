using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Construction;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Commands.Construct;

/// <summary>The arguments that say how captions and media are compared.</summary>
internal sealed class ComparisonArguments
{
    private readonly Option<string?> _model = new("--text-model", OptionNames.Aliases("--text-model"))
    {
        Description = "A model of this tool: its caption encoder compares captions and, with --embeddings, computes scores. Media must be embedded by the same.",
    };

    private readonly Option<string?> _checkpoint = new("--checkpoint", "--ckpt") { Description = "The weights of --text-model. [default: those that embed targets]" };
    private readonly Option<double?> _minText = Similarity("--min-text-similarity", "The least similarity of both captions, with --text-model.");
    private readonly Option<double?> _maxText = Similarity("--max-text-similarity", "The greatest similarity of both captions.");
    private readonly Option<double?> _minMedia = Similarity("--min-media-similarity", "The least similarity of both media, with --embeddings.");
    private readonly Option<double?> _maxMedia = Similarity("--max-media-similarity", "The greatest similarity of both media.");

    private ComparisonArguments()
    {
    }

    /// <summary>Adds the arguments to a command.</summary>
    public static ComparisonArguments AddTo(Command command)
    {
        var arguments = new ComparisonArguments();
        Array.ForEach<Option>([arguments._model, arguments._checkpoint, arguments._minText, arguments._maxText, arguments._minMedia, arguments._maxMedia], command.Add);
        return arguments;
    }

    /// <summary>Sets the options of the library.</summary>
    public void Apply(ParseResult parsed, ConstructionOptions options, bool hasMediaEmbeddings)
    {
        options.TextFilter.MinSimilarity = parsed.GetValue(_minText) ?? options.TextFilter.MinSimilarity;
        options.TextFilter.MaxSimilarity = parsed.GetValue(_maxText) ?? options.TextFilter.MaxSimilarity;
        options.Pairing.MinSimilarity = parsed.GetValue(_minMedia) ?? options.Pairing.MinSimilarity;
        options.Pairing.MaxSimilarity = parsed.GetValue(_maxMedia) ?? options.Pairing.MaxSimilarity;
        options.Export.Scores = hasMediaEmbeddings && parsed.GetValue(_model) is not null;
    }

    /// <summary>Loads the model; null if none was given.</summary>
    /// <param name="host">The host.</param>
    /// <param name="parsed">The command line.</param>
    /// <param name="media">Embeddings of the media; null if there are none.</param>
    /// <param name="cancellation">Cancels the load.</param>
    /// <exception cref="CommandException">The media were embedded by another model.</exception>
    public async Task<ServiceProvider?> LoadAsync(CommandHost host, ParseResult parsed, IGallery? media, CancellationToken cancellation)
    {
        if (parsed.GetValue(_model) is not { } name)
        {
            return null;
        }

        var model = ModelArguments.Choose(host, name, parsed.GetValue(_checkpoint) ?? PublishedModel.Find(name)?.TargetWeights, null, null, "cpu", default);
        var services = host.CreateServices();
        model.Use(services.AddCoVR().UseToolDefaults(host)).AddEmbeddingGenerator<string>();
        var provider = services.BuildServiceProvider(validateScopes: true);
        var loaded = await LoadedModel.LoadAsync(host, provider, model.Title, cancellation);
        await provider.GetRequiredService<IEmbeddingGenerator<string, Embedding<float>>>().GenerateAsync(["a"], cancellationToken: cancellation); // its metadata name the model from now on
        if (media is not null && await media.GetFingerprintAsync(cancellation) is { IsAssumed: false } made && made.WeightsSha256 != loaded.Description.WeightsSha256)
        {
            await provider.DisposeAsync();
            throw new CommandException($"the media were embedded by {made.Model} with other weights than those of --text-model {name}; name that model and its weights (--text-model, --checkpoint).");
        }

        return provider;
    }

    private static Option<double?> Similarity(string name, string description) => new(name, OptionNames.Aliases(name)) { Description = $"{description} -1 to 1." };
}
