using System.CommandLine;
using CoVR.Checkpoints;
using CoVR.Cli.Hosting;
using CoVR.Cli.Runs;
using CoVR.Modeling.Families;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Models;

/// <summary>The options that choose a model.</summary>
internal sealed class ModelArguments
{
    private readonly bool _forQueries;
    private readonly Option<string?> _model;
    private readonly Option<string?> _type;
    private readonly Option<string?> _checkpoint;
    private readonly Option<string?> _target;
    private readonly Option<string?> _vocabulary;
    private readonly Option<string> _device = new("--device") { Description = "Where the model runs: cpu, cuda, cuda:1.", DefaultValueFactory = _ => "cpu" };
    private readonly Option<ModelPrecision> _precision = new("--precision")
    {
        Description = "What linear layers are computed in on the CPU: Float32, BFloat16 or Int8. The smaller ones are faster on many processors, and change embeddings a little. [default: Float32]",
    };

    private readonly Option<ModelEngine> _engine = new("--engine")
    {
        Description = "What runs the visual encoder: torch or onnx (ONNX Runtime, in Float32 or Int8), whichever is faster on this machine. [default: torch]",
    };

    private readonly Option<int?> _imageSize;

    private ModelArguments(Command command, bool forQueries)
    {
        _forQueries = forQueries;
        var names = string.Join(", ", PublishedModel.All.Select(model => model.Name));
        _model = new Option<string?>("--model") { Description = $"The model: {names}, or a file of configs/model. [default: {PublishedModel.All[0].Name}]" };
        _checkpoint = new Option<string?>("--checkpoint", "--ckpt")
        {
            Description = "Weights: a file, a released name such as webvid-covr, an https:// or hf:// address. "
                + (forQueries ? "[default: the model's best weights for composed queries]" : "[default: the weights that the reference embeds with]"),
        };
        _target = new Option<string?>("--target-checkpoint", OptionNames.Aliases("--target-checkpoint")) { Description = "Weights that embed targets, where they differ (BLIP-2)." };
        _type = new Option<string?>("--model_type", "--model-type") { Description = $"The reference's name for the model: {string.Join(", ", PublishedModel.All.Select(model => model.Variant))}." };
        _vocabulary = new Option<string?>("--vocabulary") { Description = "vocab.txt of bert-base-uncased. [default: the one in this folder, otherwise downloaded once]" };
        _imageSize = new Option<int?>("--image_size", "--image-size") { Description = "The size in pixels that pictures are resized to. [default: what the model was trained with]" }.AtLeast(8);
        foreach (var option in forQueries ? new Option[] { _model, _checkpoint, _target, _vocabulary, _device, _precision, _engine } : [_model, _type, _checkpoint, _vocabulary, _device, _precision, _engine, _imageSize])
        {
            command.Add(option);
        }
    }

    /// <summary>Adds the options to a command that answers composed queries.</summary>
    public static ModelArguments ForQueries(Command command) => new(command, forQueries: true);

    /// <summary>Adds the options to a command that embeds targets as the reference's tools do.</summary>
    public static ModelArguments ForTargets(Command command) => new(command, forQueries: false);

    /// <summary>The model that was chosen.</summary>
    /// <exception cref="CommandException">There is no such model.</exception>
    public IModelChoice Read(CommandHost host, ParseResult parsed)
    {
        var (name, checkpoint, vocabulary) = (parsed.GetValue(_model), parsed.GetValue(_checkpoint), parsed.GetValue(_vocabulary));
        var (device, computed) = (parsed.GetRequiredValue(_device), (parsed.GetValue(_engine), parsed.GetValue(_precision)));
        if (_forQueries)
        {
            return Choose(host, name, checkpoint, parsed.GetResult(_target) is null ? null : parsed.GetValue(_target), vocabulary, device, computed);
        }

        if (Own(host, name, checkpoint, vocabulary, device, computed) is { } own)
        {
            return own;
        }

        var model = Typed(name, parsed.GetValue(_type));
        return new PublishedChoice(model, Located(host, checkpoint ?? model.TargetWeights), null, () => FindVocabulary(host, vocabulary), device, computed.Item2, parsed.GetValue(_imageSize)) { Engine = computed.Item1 };
    }

    /// <summary>A model for composed queries.</summary>
    /// <param name="host">The host.</param>
    /// <param name="name">A published model or a file of configs/model; null for the first published one.</param>
    /// <param name="checkpoint">Weights; null for the model's best.</param>
    /// <param name="target">Weights that embed targets; null for the model's own.</param>
    /// <param name="vocabulary">The vocabulary; null to find one.</param>
    /// <param name="device">Where it runs.</param>
    /// <param name="computed">What runs the visual encoder, and what linear layers are computed in.</param>
    /// <exception cref="CommandException">There is no such model.</exception>
    public static IModelChoice Choose(CommandHost host, string? name, string? checkpoint, string? target, string? vocabulary, string device, (ModelEngine Engine, ModelPrecision Precision) computed)
    {
        if (Own(host, name, checkpoint, vocabulary, device, computed) is { } own)
        {
            return own;
        }

        var model = Typed(name, null);
        if (checkpoint is null && target is null && model.Family == ReleasedCheckpoint.Blip2 && model.QueryWeights != model.TargetWeights)
        {
            target = model.TargetWeights;
        }

        return new PublishedChoice(
            model, Located(host, checkpoint ?? model.QueryWeights), target is null ? null : Located(host, target), () => FindVocabulary(host, vocabulary), device, computed.Precision, null)
        {
            Engine = computed.Engine,
        };
    }

    private static ConfiguredModel? Own(CommandHost host, string? name, string? checkpoint, string? vocabulary, string device, (ModelEngine Engine, ModelPrecision Precision) computed) =>
        name is not null && PublishedModel.Find(name) is null ? ConfiguredModel.Find(host, name, checkpoint, vocabulary, device, computed) : null;

    private static string Located(CommandHost host, string checkpoint) =>
        File.Exists(host.PathOf(checkpoint)) || Directory.Exists(host.PathOf(checkpoint)) ? host.PathOf(checkpoint) : checkpoint;

    private static PublishedModel Typed(string? name, string? type)
    {
        var typed = type is null ? null : PublishedModel.OfType(type);
        if (name is null)
        {
            return typed ?? PublishedModel.All[0];
        }

        var named = PublishedModel.Find(name) ?? throw new CommandException(
            $"there is no model '{name}'.{UsageErrors.DidYouMean(name, PublishedModel.All.Select(model => model.Name))}", ExitCodes.Usage);
        return typed is null || typed == named
            ? named
            : throw new CommandException($"--model {name} and --model_type {type} are different models: give only one.", ExitCodes.Usage);
    }

    private static string? FindVocabulary(CommandHost host, string? asked)
    {
        using var resolver = new CheckpointResolver(new CheckpointOptions());
        return VocabularyFile.Find(host, asked, resolver);
    }
}

/// <summary>The model chosen on the command line.</summary>
internal interface IModelChoice
{
    /// <summary>The display name.</summary>
    string Title { get; }

    /// <summary>The family, <c>blip</c> or <c>blip2</c>: the prefix of the reference's embedding folders.</summary>
    string Family { get; }

    /// <summary>The size in names of the reference's embedding folders.</summary>
    string FolderSize { get; }

    /// <summary>Adds the model to a pipeline.</summary>
    ICoVRBuilder Use(ICoVRBuilder pipeline);
}
