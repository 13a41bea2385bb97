using CoVR.Blip;
using CoVR.Modeling;
using CoVR.Modeling.Families;

namespace CoVR.Benchmarks;

/// <summary>Models with new weights, which nothing is downloaded for.</summary>
internal static class MadeModels
{
    public static ComposedModel Create(ModelOptions options) => BlipArchitecture.Family.CreateAsync(options).AsTask().GetAwaiter().GetResult();
}
