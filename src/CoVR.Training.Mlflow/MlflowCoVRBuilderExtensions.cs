using CoVR.Training.Logging;
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
        builder.AddRunLogger("mlflow", static context => new MlflowRunLogger(OptionsOf(context), context.LoggerFactory, context.Time));

    private static MlflowOptions OptionsOf(RunLoggerContext context) => new()
    {
        TrackingUri = Address(context.Setting("tracking_uri") ?? "http://127.0.0.1:5000"),
        Folder = Path.Combine(Path.GetFullPath(context.OutputFolder), "mlflow"),
        Experiment = context.Setting("experiment_name") ?? "CoVR",
        RunName = context.Setting("run_name") ?? context.RunName,
        Token = context.Setting("token"),
        LogInterval = context.LogInterval,
        Prefix = context.Setting("prefix"),
    };

    private static Uri Address(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"
            ? new Uri(text.TrimEnd('/') + "/")
            : throw new ArgumentException(
                $"The logger's setting 'tracking_uri' is '{text}', expected the address of a tracking server, for example http://127.0.0.1:5000 (start one with 'mlflow server'). A local folder is not supported.");
}
