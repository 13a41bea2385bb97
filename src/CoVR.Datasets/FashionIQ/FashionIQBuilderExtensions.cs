using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.FashionIQ;
using Microsoft.Extensions.Logging;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds FashionIQ to a pipeline.</summary>
public static class FashionIQBuilderExtensions
{
    /// <summary>Adds a reader of one category or of all, and the benchmark's protocol where the pipeline has none yet.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets the category, folders and files.</param>
    /// <returns>The same builder.</returns>
    /// <exception cref="ArgumentException">The options are invalid; the message lists every fault.</exception>
    public static ICoVRBuilder AddFashionIQ(this ICoVRBuilder builder, Action<FashionIQOptions> configure)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(configure);
        var options = new FashionIQOptions();
        configure(options);
        DatasetOptions.Validate(options);
        return builder
            .Add<ITripletDatasetReader>((services, _) => new FashionIQReader(options, services.GetService<ILogger<FashionIQReader>>()))
            .TryUse<IRetrievalProtocol>((_, _) => new FashionIQProtocol(options.Category));
    }
}
