using CoVR.Blip;
using CoVR.Modeling.Families;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Brings BLIP into a pipeline.</summary>
public static class BlipBuilderExtensions
{
    /// <summary>Fills the model slot with BLIP, as <c>UseModelFamily</c> does with <see cref="BlipFamily.Definition"/>.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseBlip(this ICoVRBuilder builder, Action<ModelOptions> configure) => builder.UseModelFamily(BlipFamily.Definition, configure);
}
