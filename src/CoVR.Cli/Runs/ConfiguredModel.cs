using CoVR.Checkpoints;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Reproduction.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Runs;

/// <summary>The model that a configuration describes (the groups <c>model</c> and <c>model/ckpt</c>).</summary>
internal sealed class ConfiguredModel : IModelChoice
{
    private static readonly Dictionary<string, QueryParts> Kinds = new(StringComparer.Ordinal)
    {
        ["blip_cir"] = QueryParts.Both,
        ["blip_cir_text"] = QueryParts.Modification,
        ["blip_cir_visual"] = QueryParts.Reference,
        ["blip2_cir"] = QueryParts.Both,
        ["blip2_cir_text"] = QueryParts.Modification,
        ["blip2_cir_visual"] = QueryParts.Reference,
        ["late_fusion"] = QueryParts.Both,
        ["average"] = QueryParts.Both,
    };

    private static readonly Dictionary<string, ModelPrecision> Precisions =
        Enum.GetValues<ModelPrecision>().ToDictionary(value => value.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    private static readonly Dictionary<string, ModelEngine> Engines =
        Enum.GetValues<ModelEngine>().ToDictionary(value => value.ToString().ToLowerInvariant(), StringComparer.Ordinal);

    private readonly CommandHost _host;
    private readonly ComposedConfiguration _config;
    private readonly ModelValues _model;
    private readonly EncoderValues _encoder;
    private readonly ModelSizes _sizes;
    private readonly string? _checkpoint;
    private readonly string? _targets;

    /// <summary>Reads the configuration; nothing is loaded yet.</summary>
    /// <exception cref="ConfigurationException">A value does not fit.</exception>
    public ConfiguredModel(CommandHost host, ComposedConfiguration config, string device)
    {
        (_host, _config, Device) = (host, config, device);
        (_model, _encoder) = (config.Bind<ModelValues>("model"), config.Bind<EncoderValues>("model.model"));
        Parts = ConfigTarget.Of(config, "model", Kinds);
        _sizes = new ModelSizes(config);
        _checkpoint = Weights("model.ckpt_path");
        _targets = Weights("model.target_checkpoint");
        if (_encoder.VitPrecision != "fp32")
        {
            throw config.Fault("model.model.vit_precision", $"'model.model.vit_precision' is '{_encoder.VitPrecision}'; weights are always kept in fp32. For mixed precision in training, use trainer.precision=bf16-mixed.");
        }
    }

    /// <inheritdoc/>
    public string Title => $"{_config.Text("model.modelname")} with {_config.Text("model.ckpt.name")}{EngineTitle.Of(Engine, Precision)}";

    /// <inheritdoc/>
    public string Family => _model.Basemodel;

    /// <inheritdoc/>
    public string FolderSize => _encoder.Vit;

    /// <summary>Where it runs.</summary>
    public string Device { get; }

    /// <summary>The parts that its queries use.</summary>
    public QueryParts Parts { get; }

    /// <summary>What linear layers are computed in.</summary>
    private ModelPrecision Precision => _config.OneOf("model.precision", Precisions, "float32");

    private ModelEngine Engine => _config.OneOf("model.engine", Engines, "torch");

    /// <summary>Whether it will be trained.</summary>
    public bool IsTrained { get; init; }

    /// <summary>How picture and text are fused.</summary>
    public QueryFusion Fusion => _model.Fusion;

    /// <summary>Whether separate weights that embed targets were named.</summary>
    public bool NamesTargetWeights => _targets is not null;

    /// <summary>The options of <c>covr embed</c> that choose the weights with which targets of this model are embedded.</summary>
    public string EmbedOptions =>
        _config.Names("model.architecture").Count > 0 ? $" --model {_config.Text("model.modelname")}{(_checkpoint is null ? "" : $" --checkpoint {_host.Shown(_checkpoint)}")}"
        : Family == ReleasedCheckpoint.Blip2 ? " --model blip2-coco"
        : "";

    /// <summary>A user-defined model, by the name of its file in <c>configs/model</c>, for commands that embed; null if there is none.</summary>
    public static ConfiguredModel? Find(CommandHost host, string name, string? checkpoint, string? vocabulary, string device, (ModelEngine Engine, ModelPrecision Precision) computed)
    {
        var library = new ConfigLibrary(ConfigLibrary.Folders([], host.Folder));
        if (!library.Contains($"model/{name}"))
        {
            return null;
        }

        var chosen = checkpoint is not null && library.Choices("model/ckpt").Contains(checkpoint);
        List<string> arguments = [$"model={name}", "trainer=cpu", $"++model.precision={computed.Precision.ToString().ToLowerInvariant()}", $"++model.engine={computed.Engine.ToString().ToLowerInvariant()}", .. chosen ? [$"model/ckpt={checkpoint}"] : Array.Empty<string>()];
        if (checkpoint is not null && !chosen)
        {
            arguments.Add($"model.ckpt.path='{host.PathOf(checkpoint)}'");
        }

        if (vocabulary is not null)
        {
            arguments.Add($"++model.vocabulary='{vocabulary}'");
        }

        return new ConfiguredModel(host, library.Compose("train", arguments, host.Folder), device);
    }

    /// <inheritdoc/>
    public ICoVRBuilder Use(ICoVRBuilder pipeline) => (Family == ReleasedCheckpoint.Blip
        ? pipeline.UseBlip(options => Configure(options, _sizes.Blip()))
        : pipeline.UseBlip2(options => Configure(options, _sizes.Blip2()))).UseEngine(Engine);

    private void Configure(ModelOptions options, (string Variant, ComposedArchitecture? Sizes, string? Name) model)
    {
        (options.Variant, options.Architecture, options.Name) = model;
        options.Checkpoint = _checkpoint;
        options.TargetCheckpoint = Family == ReleasedCheckpoint.Blip2 ? _targets : null;
        options.Device = Device;
        options.Fusion = Fusion;
        options.TrainVisualEncoder = _encoder.TrainVit;
        options.Precision = Precision;
        options.Trainable = !IsTrained ? TrainableWeights.None : Parts switch
        {
            QueryParts.Modification => TrainableWeights.TextOnly,
            QueryParts.Reference => TrainableWeights.VisualOnly,
            _ => TrainableWeights.Composed,
        };
        options.Seed = (ulong)RunValues.Of(_config).Seed;
        options.Temperature = _encoder.Temperature;
        using var resolver = new CheckpointResolver(new CheckpointOptions());
        options.VocabularyPath = VocabularyFile.Find(_host, _model.Vocabulary, resolver);
    }

    /// <summary>The weights named by a value: an existing file, else the released ones of that path, address or name.</summary>
    private string? Weights(string path)
    {
        if (_config.TextOrNull(path) is not { Length: > 0 } text)
        {
            return null;
        }

        if (text.Contains("://", StringComparison.Ordinal))
        {
            return ReleasedCheckpoint.All.FirstOrDefault(entry => entry.Uri?.OriginalString == text)?.FullName ?? text;
        }

        var file = Path.GetFullPath(text, _config.WorkingFolder);
        if (File.Exists(file) || Directory.Exists(file))
        {
            return file;
        }

        var place = file.Replace('\\', '/');
        return ReleasedCheckpoint.All.FirstOrDefault(entry => entry.ReferencePath is { } known && place.EndsWith($"/{known}", StringComparison.Ordinal)) is { } released ? released.FullName
            : ReleasedCheckpoint.Find(text).Count > 0 ? text
            : throw _config.Fault(path, $"the weights '{_host.Shown(file)}' do not exist ({path}). Train them, choose others (model/ckpt=…), or start from random ones (model/ckpt=scratch).");
    }

    private sealed record ModelValues(string Basemodel, QueryFusion Fusion = QueryFusion.CrossAttention, string? Vocabulary = null)
    {
        public static readonly Dictionary<string, string> BasemodelNames = new(StringComparer.Ordinal) { ["blip"] = ReleasedCheckpoint.Blip, ["blip2"] = ReleasedCheckpoint.Blip2 };
    }

    private sealed record EncoderValues(string Vit = "large", string VitPrecision = "fp32", bool TrainVit = false, double Temperature = 0.07);
}
