using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.WebVidCoVR;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds data sets of the WebVid-CoVR layout to a pipeline.</summary>
public static class WebVidCoVRBuilderExtensions
{
    /// <summary>Adds a reader, and the benchmark's protocol where the pipeline has none yet.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets folders and files.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static ICoVRBuilder AddWebVidCoVR(this ICoVRBuilder builder, Action<WebVidCoVROptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(builder, new WebVidCoVROptions(), configure);
    }

    /// <summary>Adds the rule-based variant: the same files, with edits made from captions (the reference's <c>webvid-covr_rule-based</c>).</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets folders and files; the name is <c>webvid-covr-rule-based</c> unless it is set.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static ICoVRBuilder AddWebVidCoVRRuleBased(this ICoVRBuilder builder, Action<WebVidCoVROptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        return Add(builder, new WebVidCoVROptions { Name = "webvid-covr-rule-based", Edits = WebVidCoVREdits.RuleBased }, configure);
    }

    private static ICoVRBuilder Add(ICoVRBuilder builder, WebVidCoVROptions options, Action<WebVidCoVROptions> configure)
    {
        configure(options);
        DatasetOptions.Validate(options);
        return builder
            .Add<ITripletDatasetReader>((services, _) => new WebVidCoVRReader(options, services.GetService<ILogger<WebVidCoVRReader>>()))
            .TryUse<IRetrievalProtocol>((_, _) => new WebVidCoVRProtocol());
    }
}
