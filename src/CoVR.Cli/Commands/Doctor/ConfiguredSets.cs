using CoVR.Blip;
using CoVR.Blip2;
using CoVR.Checkpoints;
using CoVR.Cli.Hosting;
using CoVR.Cli.Models;
using CoVR.Cli.Runs;
using CoVR.Data;
using CoVR.Modeling.Families;
using CoVR.Reproduction.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>The data sets, weights and vocabulary that a composed configuration reads.</summary>
internal sealed class ConfiguredSets
{
    private readonly CommandHost _host;
    private readonly ComposedConfiguration _values;
    private readonly DataSection _data;

    private ConfiguredSets(CommandHost host, ComposedConfiguration values) => (_host, _values, _data) = (host, values, new DataSection(values, NullLoggerFactory.Instance));

    private string Family => _values.TextOrNull("model.basemodel") ?? "";

    /// <summary>Composes as <c>covr train</c> does and returns what it would read.</summary>
    /// <param name="host">Knows the folder.</param>
    /// <param name="library">The option groups.</param>
    /// <param name="choices">As typed. With a test and no data set, only the tests are examined, and vice versa; with neither, both.</param>
    /// <exception cref="ConfigurationException">A name is unknown, or a value cannot be read.</exception>
    public static DoctorRequest Request(CommandHost host, ConfigLibrary library, IReadOnlyList<string> choices)
    {
        var (data, test) = (choices.Any(choice => IsOf(choice, "data") || IsOf(choice, "experiment") || IsOf(choice, "experiment2")), choices.Any(choice => IsOf(choice, "test")));
        var values = library.Compose("train", choices, host.Folder);
        var sets = new ConfiguredSets(host, values);

        // Validation and a test may read the same files.
        IEnumerable<Part> all = [.. test && !data ? [] : sets.Training("data"), .. data && !test ? [] : sets.Tests()];
        var parts = all.DistinctBy(part => (part.Folder.Annotations, part.Folder.Folder)).ToList();
        return new DoctorRequest
        {
            Datasets = [.. parts.Select(part => sets.Set(part))],
            Checkpoints = [.. sets.Weights()],
            Vocabulary = sets.Vocabulary(),
            OutputFolder = values.OutputFolder,
        };
    }

    private static bool IsOf(string choice, string group) => choice.TrimStart('+', '~').StartsWith(group + "=", StringComparison.Ordinal);

    private IEnumerable<Part> Training(string section)
    {
        string[] parts = [.. _values.Names(section).Where(name => name.StartsWith("dataset-", StringComparison.Ordinal))];
        if (_data.KindOf(section) == DataKind.Merged && parts.Length > 0)
        {
            return parts.SelectMany(part => Training($"{section}.{part}"));
        }

        // Each split has its own folder, and so its own repair lists.
        var set = _data.Training(section);
        return set.Folders.Select(folder => new Part(set, folder, $"{set.Reader.Name}-{(folder.Split == DatasetSplit.Train ? "train" : "val")}"));
    }

    private IEnumerable<Part> Tests() => _values.Names("test").Select(name =>
    {
        var set = _data.Test($"test.{name}", _values.TextOrNull($"test.{name}.split") == "val" ? DatasetSplit.Validation : DatasetSplit.Test);
        return new Part(set, set.Folders[0], _values.TextOrNull($"test.{name}.dataname") ?? name);
    });

    private DoctorDataset Set(Part part)
    {
        var (set, folder, name) = part;
        var captions = Path.Combine(folder.Folder, $"txt2_{Path.GetFileNameWithoutExtension(folder.Annotations)}.pth");
        return new DoctorDataset(set.Reader)
        {
            Name = name,
            Splits = [folder.Split],
            Embeddings = [folder.Folder],
            ExpectedFingerprint = Expected(),
            CaptionEmbeddings = folder.Split == DatasetSplit.Train && LossWeights.Of(_values).SiTcWeight > 0 ? [captions] : [],
            EmbedCommand = EmbedCommand(part),
        };
    }

    // Null where the configuration of the model is faulty, which is reported elsewhere.
    private Func<string, string>? EmbedCommand(Part part)
    {
        try
        {
            var model = new ConfiguredModel(_host, _values, "cpu");
            return ids => part.Folder.Command(_host, model, ids);
        }
        catch (ConfigurationException)
        {
            return null;
        }
    }

    private EmbeddingFingerprint? Expected()
    {
        var sizes = new ModelSizes(_values);
        return Family switch
        {
            "blip" when sizes.Blip() is var (variant, own, _) => new EmbeddingFingerprint("", "", "", 1, (own ?? BlipArchitecture.Family.Find(variant)!.Architecture).Dimensions),
            "blip2" when sizes.Blip2() is var (variant, own, _) && (own ?? Blip2Architecture.Family.Find(variant)!.Architecture) is Blip2Architecture all => new EmbeddingFingerprint("", "", "", all.Queries, all.Dimensions),
            _ => null,
        };
    }

    private IEnumerable<DoctorCheckpoint> Weights()
    {
        if (_values.TextOrNull("model.ckpt_path") is not { Length: > 0 } path)
        {
            yield break;
        }

        // As covr train finds them: an existing file, else the released weights of that address or path.
        var file = Path.GetFullPath(path, _values.WorkingFolder);
        var place = file.Replace('\\', '/');
        var released = ReleasedCheckpoint.All.FirstOrDefault(entry => entry.Uri?.OriginalString == path || (entry.ReferencePath is { } known && place.EndsWith($"/{known}", StringComparison.Ordinal)));
        yield return new DoctorCheckpoint(File.Exists(file) ? file : released?.FullName ?? path, Family, Fit());
    }

    private Action<string>? Fit()
    {
        if (Vocabulary() is not { } vocabulary || !File.Exists(vocabulary))
        {
            return null;
        }

        return Family switch
        {
            "blip" when new ModelSizes(_values).Blip() is var (variant, own, _) => path => BlipArchitecture.Family.RequireFit(new ModelOptions { Variant = variant, Architecture = own, VocabularyPath = vocabulary }, path),
            "blip2" when new ModelSizes(_values).Blip2() is var (variant, own, _) => path => Blip2Architecture.Family.RequireFit(new ModelOptions { Variant = variant, Architecture = own, VocabularyPath = vocabulary }, path),
            _ => null,
        };
    }

    /// <summary>The configured file, one in the working folder, or the downloaded one; null: not downloaded yet.</summary>
    private string? Vocabulary()
    {
        using var resolver = new CheckpointResolver();
        return _values.FileOrNull("model.vocabulary") ?? VocabularyFile.FindHere(_host, resolver);
    }

    // One split of a data set.
    private sealed record Part(RunData Set, SplitEmbeddings Folder, string Name);
}
