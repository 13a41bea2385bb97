using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Reproduction.Configuration;
using Microsoft.Extensions.Logging;

namespace CoVR.Cli.Runs;

/// <summary>Creates readers and embedding folders from a data section: <c>data</c>, or one below <c>test</c>.</summary>
/// <param name="config">The configuration.</param>
/// <param name="loggers">Told what is read.</param>
internal sealed class DataSection(ComposedConfiguration config, ILoggerFactory loggers)
{
    private static readonly Dictionary<string, DataKind> Kinds = new(StringComparer.Ordinal)
    {
        ["WebVidCoVRDataModule"] = DataKind.WebVid,
        ["WebVidCoVRTestDataModule"] = DataKind.WebVid,
        ["WebVidCoVRDataModuleRuleBased"] = DataKind.WebVidRuleBased,
        ["CCCoIRDataModule"] = DataKind.CcCoIR,
        ["CCCoIRTestDataModule"] = DataKind.CcCoIR,
        ["CIRRDataModule"] = DataKind.Cirr,
        ["CIRRTestDataModule"] = DataKind.Cirr,
        ["FashionIQDataModule"] = DataKind.FashionIQ,
        ["FashionIQTestDataModule"] = DataKind.FashionIQ,
        ["CIRCOTestDataModule"] = DataKind.Circo,
        ["MergedDataModule"] = DataKind.Merged,
    };

    private static readonly Dictionary<string, WebVidCoVROptions.Iteration> Iterations = new(StringComparer.Ordinal)
    {
        ["pth2"] = WebVidCoVROptions.Iteration.Target,
        ["txt2"] = WebVidCoVROptions.Iteration.TargetCaption,
        ["idx"] = WebVidCoVROptions.Iteration.Triplet,
        ["triplets"] = WebVidCoVROptions.Iteration.Triplet,
    };

    /// <summary>How rows without media are treated.</summary>
    public MissingMediaPolicy Policy => RunValues.Of(config).MissingMedia;

    // Tested data must be complete, whichever split it is.
    private MissingMediaPolicy TestPolicy => Policy == MissingMediaPolicy.StrictTest ? MissingMediaPolicy.Strict : Policy;

    /// <summary>The kind of data of a section.</summary>
    public DataKind KindOf(string section) => ConfigTarget.Of(config, section, Kinds);

    /// <summary>How rows are iterated.</summary>
    private WebVidCoVROptions.Iteration IterationOf(string section) => config.OneOf($"{section}.iterate", Iterations, "pth2");

    /// <summary>The reader of training and validation data.</summary>
    public RunData Training(string section)
    {
        var kind = KindOf(section);
        if (kind == DataKind.Merged)
        {
            RunData[] parts = [.. config.Names(section).Where(name => name.StartsWith("dataset-", StringComparison.Ordinal)).Select(name => Training($"{section}.{name}"))];
            return parts.Length == 0
                ? throw config.Fault(section, $"'{section}' merges data sets, but names none: add {section}.dataset-1, {section}.dataset-2.")
                : new RunData(DatasetOptions.Merge(config.Text($"{section}.dataname"), [.. parts.Select(part => part.Reader)]), new WebVidCoVRProtocol(), [.. parts.SelectMany(part => part.Folders)]);
        }

        if (kind == DataKind.Circo)
        {
            throw config.Fault(section, "CIRCO has no training data; it is for test=circo and test=circo-val.");
        }

        (DatasetSplit Split, string Name)[] splits = [(DatasetSplit.Train, "train"), (DatasetSplit.Validation, "val")];
        var files = splits.Where(split => config.TextOrNull($"{section}.annotation.{split.Name}") is not null)
            .Select(split => new SplitFiles(
                split.Split,
                config.File($"{section}.annotation.{split.Name}"),
                Media(section, $".{split.Name}"),
                config.File($"{section}.emb_dirs.{split.Name}"),
                config.FileOrNull($"{section}.targets.{split.Name}"))).ToList();
        return Make(section, kind, Policy, files);
    }

    /// <summary>The reader of a test.</summary>
    /// <param name="section">A path below <c>test</c>.</param>
    /// <param name="split">Which split of the reader it is.</param>
    public RunData Test(string section, DatasetSplit split)
    {
        var kind = KindOf(section);
        return kind == DataKind.Circo
            ? Circo(section, split)
            : Make(section, kind, TestPolicy, [new SplitFiles(split, config.File($"{section}.annotation"), Media(section, ""), config.File($"{section}.emb_dirs"), config.FileOrNull($"{section}.targets"))]);
    }

    /// <summary>FashionIQ's options take the files of a test section.</summary>
    public void Configure(FashionIQOptions options, string section)
    {
        options.MissingMedia = TestPolicy;
        options.AddSplit(DatasetSplit.Test, config.File($"{section}.annotation"), config.File($"{section}.targets"), Media(section, ""));
        options.IsEmbedded = EmbeddingFolder.Membership(new Dictionary<DatasetSplit, string> { [DatasetSplit.Test] = config.File($"{section}.emb_dirs") });
    }

    private string Media(string section, string split) =>
        config.FileOrNull($"{section}.vid_dirs{split}") ?? config.File($"{section}.img_dirs{split}");

    private RunData Make(string section, DataKind kind, MissingMediaPolicy policy, IReadOnlyList<SplitFiles> files)
    {
        DatasetOptions options = kind switch
        {
            DataKind.Cirr => Cirr(files),
            DataKind.FashionIQ => FashionIQ(section, files),
            _ => WebVid(section, kind, files),
        };
        (options.Name, options.MissingMedia) = (config.Text($"{section}.dataname"), policy);
        options.IsEmbedded = EmbeddingFolder.Membership(files.ToDictionary(file => file.Split, file => file.Embeddings));
        return Data(options, [.. files.Select(file => new SplitEmbeddings(options.Name, file.Split, file.Embeddings, file.Media, file.Annotations, IsVideo(kind, file.Split)))]);
    }

    private RunData Data(DatasetOptions options, IReadOnlyList<SplitEmbeddings> folders) => new(options.CreateReader(loggers), options.CreateProtocol(), folders);

    // CC-CoIR is pictures that are validated on the videos of WebVid-CoVR.
    private static bool IsVideo(DataKind kind, DatasetSplit split) =>
        kind is DataKind.WebVid or DataKind.WebVidRuleBased || (kind == DataKind.CcCoIR && split == DatasetSplit.Validation);

    private WebVidCoVROptions WebVid(string section, DataKind kind, IEnumerable<SplitFiles> files)
    {
        var options = kind switch
        {
            DataKind.CcCoIR => WebVidCoVROptions.CcCoIR(),
            DataKind.WebVidRuleBased => WebVidCoVROptions.RuleBased(),
            _ => new WebVidCoVROptions(),
        };
        (options.Iterate, options.Seed) = (IterationOf(section), RunValues.Of(config).Seed);
        foreach (var file in files)
        {
            options.AddSplit(file.Split, file.Annotations, file.Media);
        }

        return options;
    }

    private static CirrOptions Cirr(IEnumerable<SplitFiles> files)
    {
        var options = new CirrOptions();
        foreach (var file in files)
        {
            // CIRR's own list of the split's pictures, where it lies beside: missing gallery pictures are noticed.
            var list = Path.Combine(Path.GetDirectoryName(file.Annotations)!, Path.GetFileName(file.Annotations).Replace("cap.", "split.", StringComparison.Ordinal));
            options.AddSplit(file.Split, file.Annotations, file.Media, list != file.Annotations && File.Exists(list) ? list : null);
        }

        return options;
    }

    private FashionIQOptions FashionIQ(string section, IEnumerable<SplitFiles> files)
    {
        var options = new FashionIQOptions { Category = config.TextOrNull($"{section}.category") ?? config.TextOrNull($"{section}.test.category") ?? "all" };
        foreach (var file in files)
        {
            options.AddSplit(file.Split, file.Annotations, file.Targets ?? throw config.Fault(section, $"'{section}.targets' is needed."), file.Media);
        }

        return options;
    }

    private RunData Circo(string section, DatasetSplit split)
    {
        var options = new CircoOptions { MissingMedia = TestPolicy }.AddFolder(config.File($"{section}.data_path"));
        var folder = new SplitEmbeddings(options.Name, split, config.File($"{section}.emb_dir"), options.MediaFolders[split], options.Annotations[split], false);
        options.IsEmbedded = EmbeddingFolder.Membership(new Dictionary<DatasetSplit, string> { [split] = folder.Folder });
        return Data(options, [folder]);
    }

    private sealed record SplitFiles(DatasetSplit Split, string Annotations, string Media, string Embeddings, string? Targets);
}
