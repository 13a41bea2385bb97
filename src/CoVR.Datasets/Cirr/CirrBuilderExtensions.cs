using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Cirr;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds CIRR to a pipeline.</summary>
public static class CirrBuilderExtensions
{
    /// <summary>Adds a reader, and the benchmark's protocol where the pipeline has none yet.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets folders and files.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static ICoVRBuilder AddCirr(this ICoVRBuilder builder, Action<CirrOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new CirrOptions();
        configure(options);
        DatasetOptions.Validate(options);
        return builder
            .Add<ITripletDatasetReader>((services, _) => new CirrReader(options, services.GetService<ILogger<CirrReader>>()))
            .TryUse<IRetrievalProtocol>((_, _) => new CirrProtocol());
    }
}
