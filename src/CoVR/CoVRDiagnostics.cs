using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace CoVR;

/// <summary>Traces and meters of searching, embedding and evaluating, under the name <c>CoVR</c>.</summary>
internal static class CoVRDiagnostics
{
    public static readonly ActivitySource Activities = new("CoVR");

    private static readonly Meter Meter = new("CoVR");

    public static readonly Histogram<double> SearchDuration =
        Meter.CreateHistogram<double>("covr.search.duration", "s", "Time of one composed query, reading its reference included.");

    public static readonly Counter<long> EmbeddedItems =
        Meter.CreateCounter<long>("covr.embedding.items", "{item}", "Items that embedding jobs finished, by outcome.");

    public static readonly Histogram<double> ModelWork =
        Meter.CreateHistogram<double>("covr.embedding.model.duration", "s", "Time in which the model of an embedding job worked on one batch.");

    public static readonly Histogram<double> ModelWait =
        Meter.CreateHistogram<double>("covr.embedding.wait.duration", "s", "Time in which the model of an embedding job waited for one batch.");
}
