using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CoVR;

/// <summary>Traces and meters of searching, embedding and evaluating.</summary>
public static class CoVRDiagnostics
{
    /// <summary>The name of the <see cref="ActivitySource"/> and of the <see cref="Meter"/>, for OpenTelemetry's <c>AddSource</c> and <c>AddMeter</c>.</summary>
    public const string Name = "CoVR";

    internal static readonly ActivitySource Activities = new(Name);

    private static readonly Meter Meter = new(Name);

    internal static readonly Histogram<double> SearchDuration =
        Meter.CreateHistogram<double>("covr.search.duration", "s", "Duration of one composed query, including reading its reference.");

    internal static readonly Counter<long> EmbeddedItems =
        Meter.CreateCounter<long>("covr.embedding.items", "{item}", "Items that embedding jobs finished, by outcome.");

    internal static readonly Histogram<double> ModelWork =
        Meter.CreateHistogram<double>("covr.embedding.model.duration", "s", "Time that the model of an embedding job spent on one batch.");

    internal static readonly Histogram<double> ModelWait =
        Meter.CreateHistogram<double>("covr.embedding.wait.duration", "s", "Time that the model of an embedding job waited for one batch.");
}
