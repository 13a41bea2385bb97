using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.CcCoIR;
using CoVR.Datasets.WebVidCoVR;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds CC-CoIR to a pipeline.</summary>
public static class CcCoIRBuilderExtensions
{
    /// <summary>Adds a reader, and where the pipeline has no protocol yet that of WebVid-CoVR, on which the papers validate.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets folders and files.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static ICoVRBuilder AddCcCoIR(this ICoVRBuilder builder, Action<CcCoIROptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new CcCoIROptions();
        configure(options);
        DatasetOptions.Validate(options);
        return builder
            .Add<ITripletDatasetReader>((services, _) => new CcCoIRReader(options, services.GetService<ILogger<CcCoIRReader>>()))
            .TryUse<IRetrievalProtocol>((_, _) => new WebVidCoVRProtocol());
    }
}
