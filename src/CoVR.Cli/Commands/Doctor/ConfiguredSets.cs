using CoVR.Blip;
using CoVR.Blip2;
using CoVR.Checkpoints;
using CoVR.Cli.Configuration;
using CoVR.Data;
using CoVR.Datasets.CcCoIR;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.Doctor;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Modeling;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>What a composed configuration reads: its data sets by split, its weights, its vocabulary.</summary>
internal sealed class ConfiguredSets
{
    private const int Dimensions = 256;
    private static readonly (string Key, DatasetSplit Split)[] TrainingSplits = [("train", DatasetSplit.Train), ("val", DatasetSplit.Validation)];

    private readonly ComposedConfiguration _values;

    private ConfiguredSets(ComposedConfiguration values) => _values = values;

    private string Family => _values.TextOrNull("model.basemodel") ?? "";

    /// <summary>Composes as <c>covr train</c> does and says what would be read.</summary>
    /// <param name="composer">Composes.</param>
    /// <param name="choices">As typed. Where a test is chosen and no data set, only the tests are looked at, and the other way round; where neither is, both.</param>
    /// <exception cref="ConfigurationException">A name is not known, or a value cannot be read.</exception>
    public static DoctorRequest Request(ConfigComposer composer, IReadOnlyList<string> choices)
    {
        var (data, test) = (choices.Any(choice => IsOf(choice, "data") || IsOf(choice, "experiment") || IsOf(choice, "experiment2")), choices.Any(choice => IsOf(choice, "test")));
        var values = composer.Compose("train", choices);
        var sets = new ConfiguredSets(values);
        return new DoctorRequest
        {
            Datasets = [.. test && !data ? [] : sets.Training("data"), .. data && !test ? [] : sets.Tests()],
            Checkpoints = [.. sets.Weights()],
            Vocabulary = sets.Vocabulary(),
            OutputFolder = values.OutputFolder,
        };
    }

    private static bool IsOf(string choice, string group) => choice.TrimStart('+', '~').StartsWith(group + "=", StringComparison.Ordinal);

    private IEnumerable<DoctorDataset> Training(string at)
    {
        string[] parts = [.. _values.Names(at).Where(name => name.StartsWith("dataset-", StringComparison.Ordinal))];
        if (parts.Length > 0)
        {
            return parts.SelectMany(part => Training($"{at}.{part}"));
        }

        return TrainingSplits
            .Where(split => _values.TextOrNull($"{at}.annotation.{split.Key}") is not null)
            .Select(split => Set(at, $"{_values.Text($"{at}.dataname")}-{split.Key}", split.Split, "." + split.Key));
    }

    private IEnumerable<DoctorDataset> Tests() => _values.Names("test")
        .Where(name => _values.TextOrNull($"test.{name}.dataname") is not null)
        .Select(name => Set($"test.{name}", _values.Text($"test.{name}.dataname"), _values.TextOrNull($"test.{name}.split") == "val" ? DatasetSplit.Validation : DatasetSplit.Test, ""));

    private DoctorDataset Set(string at, string name, DatasetSplit split, string key)
    {
        var annotation = _values.TextOrNull($"{at}.annotation{key}") is null ? "" : _values.File($"{at}.annotation{key}");
        var embeddings = _values.FileOrNull($"{at}.emb_dirs{key}") ?? _values.FileOrNull($"{at}.emb_dir{key}");
        var captions = Path.Combine(embeddings ?? "", $"txt2_{Path.GetFileNameWithoutExtension(annotation)}.pth");
        return new DoctorDataset(Reader(at, name, split, key, annotation))
        {
            Splits = [split],
            Embeddings = embeddings is null ? [] : [embeddings],
            ExpectedFingerprint = Expected(),
            CaptionEmbeddings = split == DatasetSplit.Train && _values.Number("model.loss_terms.si_tc_weight", 0) > 0 ? [captions] : [],
        };
    }

    private ITripletDatasetReader Reader(string at, string name, DatasetSplit split, string key, string annotation)
    {
        string Media() => _values.FileOrNull($"{at}.vid_dirs{key}") ?? _values.File($"{at}.img_dirs{key}");

        // The class that the reference would make, such as src.data.cirr.CIRRDataModule.
        return _values.Text($"{at}._target_").Split('.')[^2] switch
        {
            "webvid_covr" => new WebVidCoVRReader(new WebVidCoVROptions { Name = name, Iterate = Iterate(at) }.AddSplit(split, annotation, Media())),
            "webvid_covr_rulebased" => new WebVidCoVRReader(
                new WebVidCoVROptions { Name = name, Iterate = Iterate(at), Edits = WebVidCoVREdits.RuleBased }.AddSplit(split, annotation, Media())),
            "cc_coir" => new CcCoIRReader(new CcCoIROptions { Name = name, Iterate = Iterate(at) }.AddSplit(split, annotation, Media())),
            "cirr" => new CirrReader(new CirrOptions { Name = name }.AddSplit(split, annotation, Media())),
            "fashioniq" => new FashionIQReader(new FashionIQOptions { Name = name, Category = Category(at) }.AddSplit(split, annotation, _values.File($"{at}.targets{key}"), Media())),
            "circo" => new CircoReader(Only(new CircoOptions { Name = name }.AddFolder(_values.File($"{at}.data_path")), split)),
            var other => throw _values.Fault($"{at}._target_", $"'{other}' is no data set that covr doctor knows."),
        };
    }

    private WebVidCoVRIteration Iterate(string at) =>
        _values.TextOrNull($"{at}.iterate") is "triplets" or "idx" ? WebVidCoVRIteration.Triplet : WebVidCoVRIteration.Target;

    private string Category(string at) => _values.TextOrNull($"{at}.category") ?? _values.TextOrNull($"{at}.test.category") ?? "all";

    private static CircoOptions Only(CircoOptions options, DatasetSplit split)
    {
        foreach (var other in options.Annotations.Keys.Where(known => known != split).ToList())
        {
            options.Annotations.Remove(other);
        }

        return options;
    }

    /// <summary>The published sizes; nothing where the configuration has sizes of its own.</summary>
    private EmbeddingFingerprint? Expected()
    {
        if (_values.Find("model.architecture") is ConfigMap { Entries.Count: > 0 })
        {
            return null;
        }

        var vectors = Family == "blip2" ? _values.Whole("model.model.num_query_token", 32) : 1;
        return new EmbeddingFingerprint("", "", "", vectors, _values.Whole("model.model.embed_dim", Dimensions));
    }

    private IEnumerable<DoctorCheckpoint> Weights()
    {
        if (_values.TextOrNull("model.ckpt_path") is not { } path)
        {
            yield break;
        }

        // As the reference's files name them: a path of its outputs, which here may also be a released name.
        var file = Path.GetFullPath(path, _values.WorkingFolder);
        var name = _values.TextOrNull("model.ckpt.name") is { } released && CheckpointCatalog.Find(released).Any(entry => entry.Family == Family) ? $"{Family}/{released}" : path;
        yield return new DoctorCheckpoint(new CheckpointReference(File.Exists(file) ? file : name, Family)) { RequireFit = Fit() };
    }

    private Action<string>? Fit()
    {
        if (Vocabulary() is not { } vocabulary || !File.Exists(vocabulary) || _values.Find("model.architecture") is ConfigMap { Entries.Count: > 0 })
        {
            return null;
        }

        return Family switch
        {
            "blip" => path => BlipModel.RequireFit(new BlipOptions { VocabularyPath = vocabulary }, path),
            "blip2" => path => Blip2Model.RequireFit(new Blip2Options { VocabularyPath = vocabulary }, path),
            _ => null,
        };
    }

    private string? Vocabulary()
    {
        string[] places = _values.FileOrNull("model.vocabulary") is { } given
            ? [given]
            : [Path.Combine(_values.WorkingFolder, "models", "bert-base-uncased", "vocab.txt"), Path.Combine(_values.WorkingFolder, "vocab.txt")];
        return Array.Find(places, File.Exists) ?? places[0];
    }
}
