using CoVR;
using CoVR.Checkpoints;
using CoVR.Datasets.Doctor;
using CoVR.Media;
using CoVR.Modeling;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds a <see cref="DatasetDoctor"/> to a pipeline.</summary>
public static class DoctorBuilderExtensions
{
    /// <summary>Adds the doctor with the built-in checks, which use the pipeline's frame reader, options and checkpoint resolver. No model is needed.</summary>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddDoctor(this ICoVRBuilder builder)
    {
        ArgumentNullException.ThrowIfNull(builder);
        return builder.TryUse((services, name) => new DatasetDoctor(
            [
                .. DoctorChecks.BuiltIn(
                    services.GetRequiredKeyedService<IFrameReader>(name),
                    services.GetRequiredService<IOptionsMonitor<MediaOptions>>().Get(name),
                    services.GetRequiredKeyedService<ICheckpointResolver>(name),
                    services.GetRequiredService<IOptionsMonitor<CheckpointOptions>>().Get(name)),
                .. services.GetKeyedServices<IDoctorCheck>(name),
            ],
            services.GetRequiredService<TimeProvider>(),
            services.GetService<ILogger<DatasetDoctor>>()));
    }

    /// <summary>Adds a check, or replaces the one of the same name.</summary>
    /// <typeparam name="T">The check.</typeparam>
    /// <param name="builder">The pipeline; <see cref="AddDoctor"/> may come before or after.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddDoctorCheck<T>(this ICoVRBuilder builder)
        where T : class, IDoctorCheck => builder.Add<IDoctorCheck>((services, _) => ActivatorUtilities.CreateInstance<T>(services));
}
