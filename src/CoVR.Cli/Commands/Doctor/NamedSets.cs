using CoVR.Cli.Hosting;
using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>Makes readers from the layouts and folders that a command line names.</summary>
internal static class NamedSets
{
    private static readonly Dictionary<string, Func<string?, string?, ITripletDatasetReader>> Layouts = new(StringComparer.Ordinal)
    {
        ["webvid-covr"] = (annotations, media) => AddCsv(new WebVidCoVROptions(), annotations, media).CreateReader(),
        ["cc-coir"] = (annotations, media) => AddCsv(WebVidCoVROptions.CcCoIR(), annotations, media).CreateReader(),
        ["cirr"] = Cirr,
        ["fashioniq"] = (annotations, media) => FashionIQ("all", annotations, media),
        ["fashioniq-dress"] = (annotations, media) => FashionIQ("dress", annotations, media),
        ["fashioniq-shirt"] = (annotations, media) => FashionIQ("shirt", annotations, media),
        ["fashioniq-toptee"] = (annotations, media) => FashionIQ("toptee", annotations, media),
        ["circo"] = (_, media) => new CircoOptions().AddFolder(Need(media, "--media")).CreateReader(),
    };

    /// <summary>The layouts.</summary>
    public static IReadOnlyCollection<string> Kinds => Layouts.Keys;

    /// <summary>Makes the reader of a layout.</summary>
    /// <param name="kind">One of <see cref="Kinds"/>.</param>
    /// <param name="annotations">The file or folder; null where none was given.</param>
    /// <param name="media">The folder; null where none was given.</param>
    /// <exception cref="CommandException">A required folder is not given, or holds no annotations.</exception>
    public static ITripletDatasetReader Create(string kind, string? annotations, string? media) => Layouts[kind](annotations, media);

    private static string Need(string? value, string option) =>
        value ?? throw new CommandException($"{option} is needed here: say where the files lie.", ExitCodes.Usage);

    /// <summary>Sets a split for each CSV file; the reference's names end with the split.</summary>
    private static T AddCsv<T>(T options, string? annotations, string? media)
        where T : DatasetOptions
    {
        var path = Need(annotations, "--annotations");
        string[] files = Directory.Exists(path) ? [.. Directory.EnumerateFiles(path, "*.csv").Order(StringComparer.Ordinal)] : [path];
        foreach (var file in files)
        {
            // The name of a single file need not contain its split.
            if ((SplitOf(file) ?? (file == path ? DatasetSplit.Test : null)) is { } split && options.Annotations.TryAdd(split, file))
            {
                options.MediaFolders[split] = Need(media, "--media");
            }
        }

        return options.Annotations.Count > 0 ? options : throw new CommandException($"{path} holds no CSV files whose names end with train, val or test; give one file.", ExitCodes.Usage);
    }

    private static DatasetSplit? SplitOf(string file) => Path.GetFileNameWithoutExtension(file).Split('_', '.', '-')[^1] switch
    {
        "train" => DatasetSplit.Train,
        "val" => DatasetSplit.Validation,
        "test" or "test1" => DatasetSplit.Test,
        _ => null,
    };

    private static ITripletDatasetReader Cirr(string? annotations, string? media)
    {
        var (path, pictures) = (Need(annotations, "--annotations"), Need(media, "--media"));
        var options = new CirrOptions();
        foreach (var (split, name, folder) in new[] { (DatasetSplit.Train, "train", "train"), (DatasetSplit.Validation, "val", "dev"), (DatasetSplit.Test, "test1", "test1") })
        {
            var file = File.Exists(path) ? path : Path.Combine(path, $"cap.rc2.{name}.json");
            var list = Path.Combine(Path.GetDirectoryName(file)!, $"split.rc2.{name}.json");
            if (File.Exists(file) && (file != path || SplitOf(file) == split))
            {
                var own = Path.Combine(pictures, folder);
                options.AddSplit(split, file, Directory.Exists(own) ? own : pictures, File.Exists(list) ? list : null);
            }
        }

        return options.Annotations.Count > 0 ? options.CreateReader() : throw new CommandException($"{path} holds no cap.rc2.train.json, cap.rc2.val.json or cap.rc2.test1.json.", ExitCodes.Usage);
    }

    private static ITripletDatasetReader FashionIQ(string category, string? annotations, string? media)
    {
        var options = new FashionIQOptions().AddFolder(Need(annotations, "--annotations"), Need(media, "--media"), category);
        options.Annotations.Remove(DatasetSplit.Test); // the same files as validation
        return options.CreateReader();
    }
}
