using CoVR.Training.Mlflow;

namespace Microsoft.Extensions.DependencyInjection;

/// <summary>Adds MLflow to a pipeline's run loggers.</summary>
public static class MlflowCoVRBuilderExtensions
{
    /// <summary>
    /// Registers the run logger <c>mlflow</c>. Its settings are <c>tracking_uri</c>, <c>experiment_name</c>, <c>run_name</c>, <c>token</c> and <c>prefix</c>.
    /// </summary>
    /// <param name="builder">The pipeline.</param>
    /// <returns>The same builder.</returns>
    public static ICoVRBuilder AddMlflowLogger(this ICoVRBuilder builder) =>
        builder.AddRunLogger("mlflow", static context => new MlflowRunLogger(MlflowOptions.From(context), context.LoggerFactory, context.Time));
}
