using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Circo;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds CIRCO to a pipeline.</summary>
public static class CircoBuilderExtensions
{
    /// <summary>Adds a reader, and the benchmark's protocol where the pipeline has none yet.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets folders and files.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static ICoVRBuilder AddCirco(this ICoVRBuilder builder, Action<CircoOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new CircoOptions();
        configure(options);
        DatasetOptions.Validate(options);
        return builder
            .Add<ITripletDatasetReader>((services, _) => new CircoReader(options, services.GetService<ILogger<CircoReader>>()))
            .TryUse<IRetrievalProtocol>((_, _) => new CircoProtocol());
    }
}
