using CoVR.Data;
using CoVR.Datasets.Merged;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds merged data sets to a pipeline.</summary>
public static class MergedBuilderExtensions
{
    /// <summary>Adds several data sets as one.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="name">The name of the whole; null to join theirs.</param>
    /// <param name="readers">Make the readers, in the order in which they follow each other.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddMerged(this ICoVRBuilder builder, string? name, params IReadOnlyList<Func<IServiceProvider, ITripletDatasetReader>> readers)
    {
        ArgumentNullException.ThrowIfNull(builder);
        ArgumentNullException.ThrowIfNull(readers);
        return builder.Add<ITripletDatasetReader>((services, _) => new MergedReader(name, [.. readers.Select(make => make(services))]));
    }
}
