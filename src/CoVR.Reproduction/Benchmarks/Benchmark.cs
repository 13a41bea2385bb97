using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.WebVidCoVR;
using Microsoft.Extensions.Logging;

namespace CoVR.Reproduction.Benchmarks;

/// <summary>A benchmark that <see cref="BenchmarkRunner"/> runs from annotation files to a report: where its files lie and by which rules it is scored.</summary>
/// <remarks>
/// Nothing is read before the run. Compose your own benchmark from parts: <c>new Benchmark("mine", new BenchmarkPart("mine", reader, protocol))</c>.
/// Immutable; safe for use from several threads.
/// </remarks>
public sealed class Benchmark
{
    /// <summary>Creates a benchmark.</summary>
    /// <param name="name">Its name in reports; not empty.</param>
    /// <param name="parts">At least one, with distinct names.</param>
    /// <exception cref="ArgumentException">There is no part, or two have one name.</exception>
    public Benchmark(string name, params IReadOnlyList<BenchmarkPart> parts)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(name);
        ArgumentNullException.ThrowIfNull(parts);
        if (parts.Count == 0 || parts.Select(part => part.Name).Distinct(StringComparer.OrdinalIgnoreCase).Count() < parts.Count)
        {
            throw new ArgumentException($"A benchmark needs parts of different names, at least one, not: {string.Join(", ", parts.Select(part => part.Name))}.", nameof(parts));
        }

        (Name, Parts) = (name, [.. parts]);
    }

    /// <summary>Its name in reports.</summary>
    public string Name { get; }

    /// <summary>What is ranked and scored, in this order.</summary>
    public IReadOnlyList<BenchmarkPart> Parts { get; }

    /// <summary>Whether the figures of the parts are also averaged, as for FashionIQ's three categories.</summary>
    internal bool AveragesCategories { get; private init; }

    /// <summary>WebVid-CoVR, or another data set of its layout.</summary>
    /// <param name="configure">Sets folders and files, and how rows are iterated.</param>
    /// <param name="split">The split to score; by default the test split, as in the papers.</param>
    /// <param name="excludeReference">False to leave a query's unchanged reference among the candidates (<c>remove_self_similarity</c>).</param>
    /// <param name="loggers">Logs what is read; may be null.</param>
    /// <returns>The benchmark, named as the data set.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static Benchmark WebVidCoVR(
        Action<WebVidCoVROptions> configure, DatasetSplit split = DatasetSplit.Test, bool excludeReference = true, ILoggerFactory? loggers = null) =>
        OfLayout(new WebVidCoVROptions(), configure, split, excludeReference, loggers);

    /// <summary>WebVid-CoVR with edits made from its captions by rule, the reference's <c>webvid-covr_rule-based</c>.</summary>
    /// <param name="configure">Sets folders and files; the name is <c>webvid-covr-rule-based</c> unless it is set.</param>
    /// <param name="split">The split to score.</param>
    /// <param name="loggers">Logs what is read; may be null.</param>
    /// <returns>The benchmark, named as the data set.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static Benchmark WebVidCoVRRuleBased(Action<WebVidCoVROptions> configure, DatasetSplit split = DatasetSplit.Test, ILoggerFactory? loggers = null) =>
        OfLayout(WebVidCoVROptions.RuleBased(), configure, split, true, loggers);

    /// <summary>CC-CoIR, scored by the rules of WebVid-CoVR.</summary>
    /// <param name="configure">Sets folders and files.</param>
    /// <param name="split">The split to score.</param>
    /// <param name="loggers">Logs what is read; may be null.</param>
    /// <returns>The benchmark, named as the data set.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static Benchmark CcCoIR(Action<WebVidCoVROptions> configure, DatasetSplit split = DatasetSplit.Test, ILoggerFactory? loggers = null) =>
        OfLayout(WebVidCoVROptions.CcCoIR(), configure, split, true, loggers);

    /// <summary>CIRR: the hidden <c>test1</c>, or <c>val</c> with subset recall.</summary>
    /// <param name="configure">Sets folders and files.</param>
    /// <param name="split"><see cref="DatasetSplit.Test"/> for files for its server, <see cref="DatasetSplit.Validation"/> for figures (the reference's <c>cirr-val</c>).</param>
    /// <param name="loggers">Logs what is read; may be null.</param>
    /// <returns>The benchmark, named <c>cirr</c> or <c>cirr-val</c>.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static Benchmark Cirr(Action<CirrOptions> configure, DatasetSplit split = DatasetSplit.Test, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new CirrOptions();
        configure(options);
        return Single(options.CreateReader(loggers), options.CreateProtocol(), split, NameOf(options.Name, split));
    }

    /// <summary>FashionIQ: each category by itself, and the averages when all three are there.</summary>
    /// <param name="annotationFolder">The folder of the files <c>cap.*</c> and <c>split.*</c>.</param>
    /// <param name="mediaFolder">The folder of the pictures.</param>
    /// <param name="categories">Which categories; null for dress, shirt and toptee.</param>
    /// <param name="configure">Changes the options of each category; may be null.</param>
    /// <param name="loggers">Logs what is read; may be null.</param>
    /// <returns>The benchmark, named <c>fashioniq</c>, or <c>fashioniq-{category}</c> for one; its parts are named by category.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static Benchmark FashionIQ(
        string annotationFolder, string mediaFolder, IReadOnlyList<string>? categories = null, Action<FashionIQOptions>? configure = null, ILoggerFactory? loggers = null)
    {
        categories ??= FashionIQOptions.Categories;
        BenchmarkPart[] parts = [.. categories.Select(Part)];
        return new Benchmark(parts is [var only] ? only.Reader.Name : "fashioniq", parts)
        {
            AveragesCategories = parts.Length == FashionIQOptions.Categories.Count && FashionIQOptions.Categories.All(category => categories.Contains(category)),
        };

        BenchmarkPart Part(string category)
        {
            var options = new FashionIQOptions().AddFolder(annotationFolder, mediaFolder, category);
            configure?.Invoke(options);
            return new BenchmarkPart(category, options.CreateReader(loggers), options.CreateProtocol());
        }
    }

    /// <summary>CIRCO: the hidden test split, or the validation split with mean average precision.</summary>
    /// <param name="configure">Sets folders and files.</param>
    /// <param name="split"><see cref="DatasetSplit.Test"/> for the file for its server, <see cref="DatasetSplit.Validation"/> for figures (the reference's <c>circo-val</c>).</param>
    /// <param name="loggers">Logs what is read; may be null.</param>
    /// <returns>The benchmark, named <c>circo</c> or <c>circo-val</c>.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static Benchmark Circo(Action<CircoOptions> configure, DatasetSplit split = DatasetSplit.Test, ILoggerFactory? loggers = null)
    {
        ArgumentNullException.ThrowIfNull(configure);
        var options = new CircoOptions();
        configure(options);
        return Single(options.CreateReader(loggers), options.CreateProtocol(), split, NameOf(options.Name, split));
    }

    /// <summary>Several data sets as one gallery and one list of queries.</summary>
    /// <param name="name">The name of the merged data set; null to join theirs.</param>
    /// <param name="readers">The data sets, of different names.</param>
    /// <param name="protocol">The rules; null for those of WebVid-CoVR.</param>
    /// <param name="split">The split to score.</param>
    /// <returns>The benchmark.</returns>
    /// <exception cref="ArgumentException">There is no reader, or two have one name.</exception>
    public static Benchmark Merged(string? name, IReadOnlyList<ITripletDatasetReader> readers, IRetrievalProtocol? protocol = null, DatasetSplit split = DatasetSplit.Test) =>
        Single(DatasetOptions.Merge(name, readers), protocol ?? new WebVidCoVRProtocol(), split);

    /// <inheritdoc/>
    public override string ToString() => Name;

    private static Benchmark OfLayout(
        WebVidCoVROptions options, Action<WebVidCoVROptions> configure, DatasetSplit split, bool excludeReference, ILoggerFactory? loggers)
    {
        ArgumentNullException.ThrowIfNull(configure);
        configure(options);
        return Single(options.CreateReader(loggers), new WebVidCoVRProtocol(excludeReference, options.Iterate), split);
    }

    private static string NameOf(string dataset, DatasetSplit split) => split == DatasetSplit.Validation ? $"{dataset}-val" : dataset;

    private static Benchmark Single(ITripletDatasetReader reader, IRetrievalProtocol protocol, DatasetSplit split, string? name = null) =>
        new(name ?? reader.Name, new BenchmarkPart(name ?? reader.Name, reader, protocol, split));
}

/// <summary>One data set that a benchmark ranks and scores separately: most benchmarks have one, FashionIQ one per category.</summary>
/// <param name="Name">Unique in its benchmark; names files.</param>
/// <param name="Reader">Reads annotations and locates media.</param>
/// <param name="Protocol">The rules for ranking and scoring.</param>
/// <param name="Split">The part of the data set.</param>
public sealed record BenchmarkPart(string Name, ITripletDatasetReader Reader, IRetrievalProtocol Protocol, DatasetSplit Split = DatasetSplit.Test);
