using CoVR.Modeling.Families;
using CoVR.Onnx;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds ONNX Runtime to a pipeline.</summary>
public static class OnnxBuilderExtensions
{
    /// <summary>
    /// Runs the visual encoder of the pipeline's model family in ONNX Runtime, in the <see cref="ModelOptions.Precision"/> of the model (<see cref="ModelPrecision.Float32"/> or
    /// <see cref="ModelPrecision.Int8"/>). Texts and heads stay where they are. Models without a family (<c>UseModel</c>) are not concerned.
    /// </summary>
    /// <remarks>The application references the native package: <c>Microsoft.ML.OnnxRuntime</c>, or the one of another execution provider. See <see cref="OnnxVisualEngine"/>.</remarks>
    /// <param name="builder">The pipeline.</param>
    /// <param name="configure">Sets the options; null for the processor and libtorch's number of threads.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder UseOnnxRuntime(this ICoVRBuilder builder, Action<OnnxRuntimeOptions>? configure = null)
    {
        ArgumentNullException.ThrowIfNull(builder);
        builder.Services.AddOptions<OnnxRuntimeOptions>(builder.Name).Configure(configure ?? (_ => { })).ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddOptions<ModelOptions>(builder.Name).PostConfigure<IServiceProvider>((options, services) => options.VisualEngine =
            (visual, sizes, precision) => new OnnxVisualEngine(
                services.GetRequiredService<IOptionsMonitor<OnnxRuntimeOptions>>().Get(builder.Name),
                services.GetService<ILogger<OnnxVisualEngine>>()).Convert(visual, sizes, precision));
        return builder;
    }
}
