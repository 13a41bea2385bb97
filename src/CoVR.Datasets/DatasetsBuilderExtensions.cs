using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Circo;
using CoVR.Datasets.Cirr;
using CoVR.Datasets.FashionIQ;
using CoVR.Datasets.Merged;
using CoVR.Datasets.WebVidCoVR;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds data sets to a pipeline: a reader, and the benchmark's protocol where the pipeline has none yet.</summary>
public static class DatasetsBuilderExtensions
{
    /// <summary>Adds WebVid-CoVR, or another data set of its layout.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets folders and files.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static ICoVRBuilder AddWebVidCoVR(this ICoVRBuilder builder, Action<WebVidCoVROptions> configure) =>
        Add(builder, new WebVidCoVROptions(), configure);

    /// <summary>Adds the rule-based variant: the same files, with edits made from captions.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets folders and files; the name is <c>webvid-covr-rule-based</c> unless it is set.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static ICoVRBuilder AddWebVidCoVRRuleBased(this ICoVRBuilder builder, Action<WebVidCoVROptions> configure) =>
        Add(builder, WebVidCoVROptions.RuleBased(), configure);

    /// <summary>Adds CC-CoIR.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets folders and files.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static ICoVRBuilder AddCcCoIR(this ICoVRBuilder builder, Action<WebVidCoVROptions> configure) => Add(builder, WebVidCoVROptions.CcCoIR(), configure);

    /// <summary>Adds CIRR.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets folders and files.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static ICoVRBuilder AddCirr(this ICoVRBuilder builder, Action<CirrOptions> configure) => Add(builder, new CirrOptions(), configure);

    /// <summary>Adds FashionIQ: one category, or all of them.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets folders, files and the category.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static ICoVRBuilder AddFashionIQ(this ICoVRBuilder builder, Action<FashionIQOptions> configure) => Add(builder, new FashionIQOptions(), configure);

    /// <summary>Adds CIRCO.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets folders and files.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static ICoVRBuilder AddCirco(this ICoVRBuilder builder, Action<CircoOptions> configure) => Add(builder, new CircoOptions(), configure);

    /// <summary>Adds several data sets as one; no protocol is added.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="name">The name of the merged data set; null to join theirs.</param>
    /// <param name="readers">Create the readers, in order.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddMerged(this ICoVRBuilder builder, string? name, params IReadOnlyList<Func<IServiceProvider, ITripletDatasetReader>> readers)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(readers);
        return builder.Add<ITripletDatasetReader>((services, _) => new MergedReader(name, [.. readers.Select(make => make(services))]));
    }

    private static ICoVRBuilder Add<T>(ICoVRBuilder builder, T options, Action<T> configure)
        where T : DatasetOptions
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        configure(options);
        options.Validate();
        return builder.Add<ITripletDatasetReader>((services, _) => options.CreateReader(services.GetService<ILoggerFactory>())).TryUse((_, _) => options.CreateProtocol());
    }
}
