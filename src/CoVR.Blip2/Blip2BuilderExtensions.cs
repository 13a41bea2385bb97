using CoVR.Blip2;
using CoVR.Modeling.Families;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Brings BLIP-2 into a pipeline.</summary>
public static class Blip2BuilderExtensions
{
    /// <summary>Fills the model slot with BLIP-2, as <c>UseModelFamily</c> does with <see cref="Blip2Family.Definition"/>.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets the options.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseBlip2(this ICoVRBuilder builder, Action<ModelOptions> configure) => builder.UseModelFamily(Blip2Family.Definition, configure);
}
