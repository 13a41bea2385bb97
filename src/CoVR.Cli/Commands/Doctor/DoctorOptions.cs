using System.CommandLine;
using CoVR.Checkpoints;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Data;
using CoVR.Reproduction.Configuration;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>The options of <c>covr doctor</c>, and the request that they make.</summary>
internal sealed class DoctorOptions
{
    private static readonly Dictionary<string, DatasetSplit> Splits = new(StringComparer.OrdinalIgnoreCase)
    {
        ["train"] = DatasetSplit.Train,
        ["val"] = DatasetSplit.Validation,
        ["validation"] = DatasetSplit.Validation,
        ["test"] = DatasetSplit.Test,
    };

    private const int DefaultItems = 100;

    private readonly Argument<string[]> _choices = new("choices") { Description = "Choices and values, as for 'covr train': data=… test=… model=… model/ckpt=… name.name=value.", Arity = ArgumentArity.ZeroOrMore };
    private readonly Option<string[]> _configDir = new("--config-dir", OptionNames.Aliases("--config-dir")) { Description = "A folder of your own configuration files, which override covr's." };
    private readonly Option<string?> _data = new("--data") { Description = $"The layout of the data set's files: {string.Join(", ", NamedSets.Kinds)}." };
    private readonly Option<string?> _annotations = new("--annotations") { Description = "Its annotation file, or the folder that holds all of them." };
    private readonly Option<string?> _media = new("--media") { Description = "The folder of its pictures or videos; for circo, the root folder." };
    private readonly Option<string[]> _split = new("--split") { Description = "A split: train, val or test. [default: all that exist]" };
    private readonly Option<string[]> _embeddings = new("--embeddings") { Description = "A folder of its embeddings: a store of covr, or a tree of .pth files." };
    private readonly Option<string[]> _captions = new("--captions") { Description = "A file of caption embeddings (txt2_….pth)." };
    private readonly Option<string[]> _checkpoint = new("--checkpoint") { Description = "Weights: a path, or a released name." };
    private readonly Option<string?> _vocabulary = new("--vocabulary") { Description = "The vocabulary file (vocab.txt)." };
    private readonly Option<string?> _device = new("--device") { Description = "The device to compute on: cpu, cuda, cuda:1, mps." };
    private readonly Option<int?> _precision = new("--precision")
    {
        Description = "Compares int8 and bfloat16 with float32 on at most so many items, 100 if no number is given: the pictures and videos of --media, or the queries of the data set with --data.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly Option<string?> _model = new("--model") { Description = $"The model whose precisions are compared. [default: {PublishedModel.All[0].Name}]" };
    private readonly Option<bool> _full = new("--full") { Description = "Decodes every picture and video, and reads every embedding." };
    private readonly Option<bool> _noMachine = new("--no-machine", OptionNames.Aliases("--no-machine")) { Description = "Skips the checks of programs, libraries, devices, disks and memory." };
    private readonly Option<int> _workers = new("--workers", "--num-workers", "--num_workers") { Description = "How many files are read at the same time.", DefaultValueFactory = _ => Environment.ProcessorCount };

    /// <summary>How long the decoding of a video may take.</summary>
    public Option<int> VideoTimeout { get; } = OptionRules.VideoTimeout();

    /// <summary>The folder of the report.</summary>
    public Option<string?> Output { get; } = new("--output") { Description = "The folder for the report and the lists. [default: covr-doctor]" };

    /// <summary>Whether the report goes to standard output.</summary>
    public Option<bool> Json { get; } = new("--json") { Description = "Writes the whole report as JSON to standard output, and nothing else." };

    /// <summary>Whether unusable embeddings are removed.</summary>
    public Option<bool> DropDamaged { get; } = new("--drop-damaged", OptionNames.Aliases("--drop-damaged"))
    {
        Description = "Removes embeddings that are damaged, NaN or zero from their stores and trees, so that covr embed makes them again. The old files are kept as *.damaged.",
    };

    /// <summary>Adds everything to the command.</summary>
    public void AddTo(Command command)
    {
        command.Add(_choices);
        _data.AcceptOnlyFromAmong([.. NamedSets.Kinds]);
        _split.AcceptOnlyFromAmong([.. Splits.Keys]);
        _workers.Require(result => result.Tokens.Count == 0 || result.GetValueOrDefault<int>() >= 1, _ => "--workers must be at least 1.");
        _precision.Require(result => result.Tokens.Count == 0 || !(result.GetValueOrDefault<int?>() < 2), _ => "--precision compares at least 2 items.");
        foreach (var option in new Option[] { _configDir, _data, _annotations, _media, _split, _embeddings, _captions, _checkpoint, _vocabulary, _device, _precision, _model, _full, _noMachine, _workers, VideoTimeout, DropDamaged, Output, Json })
        {
            command.Add(option);
        }
    }

    /// <summary>What the command line asks to examine.</summary>
    public DoctorRequest Request(CommandHost host, ParseResult parsed)
    {
        var request = Configured(host, parsed);
        return request with
        {
            Level = parsed.GetValue(_full) ? DoctorLevel.Full : DoctorLevel.Quick,
            Workers = parsed.GetValue(_workers),
            Machine = !parsed.GetValue(_noMachine),
            Datasets = [.. request.Datasets, .. Named(host, parsed)],
            Checkpoints = IsAsked(parsed, _precision)
                ? request.Checkpoints
                : [.. request.Checkpoints, .. Values(parsed, _checkpoint).Select(name => new DoctorCheckpoint(File.Exists(host.PathOf(name)) ? host.PathOf(name) : name))],
            Vocabulary = parsed.GetValue(_vocabulary) is { } vocabulary ? host.PathOf(vocabulary) : request.Vocabulary,
            Device = parsed.GetValue(_device) ?? request.Device,
            OutputFolder = request.OutputFolder ?? host.Folder,
            Precision = Precision(host, parsed),
        };
    }

    private PrecisionRequest? Precision(CommandHost host, ParseResult parsed)
    {
        if (!IsAsked(parsed, _precision))
        {
            return IsAsked(parsed, _model) ? throw new CommandException("--model needs --precision; for an examination write model=….", ExitCodes.Usage) : null;
        }

        var folder = parsed.GetValue(_data) is null && (parsed.GetValue(_choices) ?? []).Length == 0
            ? host.PathOf(parsed.GetValue(_media) ?? throw new CommandException("--precision needs --media FOLDER, or a data set (--data or data=…).", ExitCodes.Usage))
            : null;
        if (folder is not null && !Directory.Exists(folder))
        {
            throw new CommandException($"there is no folder {host.Shown(folder)}.");
        }

        var (model, checkpoint, vocabulary, device) = (parsed.GetValue(_model), Values(parsed, _checkpoint).FirstOrDefault(), parsed.GetValue(_vocabulary), parsed.GetValue(_device) ?? "cpu");
        return new PrecisionRequest(precision => ModelArguments.Choose(host, model, checkpoint, null, vocabulary, device, (ModelEngine.Torch, precision)), folder, parsed.GetValue(_precision) ?? DefaultItems);
    }

    private static bool IsAsked(ParseResult parsed, Option option) => parsed.GetResult(option) is { Implicit: false };

    private static string[] Values(ParseResult parsed, Option<string[]> option) => parsed.GetValue(option) ?? [];

    private DoctorRequest Configured(CommandHost host, ParseResult parsed)
    {
        var choices = parsed.GetValue(_choices) ?? [];
        if (choices.Length == 0)
        {
            using var resolver = new CheckpointResolver();
            return new DoctorRequest { Vocabulary = VocabularyFile.FindHere(host, resolver) };
        }

        var library = new ConfigLibrary(ConfigLibrary.Folders(Values(parsed, _configDir), host.Folder));
        return ConfiguredSets.Request(host, library, choices);
    }

    private IEnumerable<DoctorDataset> Named(CommandHost host, ParseResult parsed)
    {
        if (parsed.GetValue(_data) is not { } kind)
        {
            Option[] needing = [_annotations, .. IsAsked(parsed, _precision) ? Array.Empty<Option>() : [_media], _split, _embeddings, _captions];
            return needing.FirstOrDefault(option => IsAsked(parsed, option)) is { } lone
                ? throw new CommandException($"{lone.Name} needs --data, which tells how the files are laid out: {string.Join(", ", NamedSets.Kinds)}.", ExitCodes.Usage)
                : [];
        }

        var reader = NamedSets.Create(kind, Path(parsed.GetValue(_annotations)), Path(parsed.GetValue(_media)));
        return
        [
            new DoctorDataset(reader)
            {
                Splits = [.. Values(parsed, _split).Select(name => Splits[name]).Distinct()],
                Embeddings = [.. Values(parsed, _embeddings).Select(host.PathOf)],
                CaptionEmbeddings = [.. Values(parsed, _captions).Select(host.PathOf)],
            },
        ];

        string? Path(string? value) => value is null ? null : host.PathOf(value);
    }
}
