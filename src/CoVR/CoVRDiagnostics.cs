using System.Diagnostics;
using System.Diagnostics.Metrics;
using CoVR.Modeling;

namespace CoVR;

/// <summary>Traces and meters of searching, embedding and evaluating, under the name <c>CoVR</c>.</summary>
internal static class CoVRDiagnostics
{
    public static readonly ActivitySource Activities = new("CoVR");

    private static readonly Meter Meter = new("CoVR");

    public static readonly Histogram<double> SearchDuration =
        Meter.CreateHistogram<double>("covr.search.duration", "s", "Duration of one composed query, including reading its reference.");

    public static readonly Counter<long> EmbeddedItems =
        Meter.CreateCounter<long>("covr.embedding.items", "{item}", "Items that embedding jobs finished, by outcome.");

    public static readonly Histogram<double> ModelWork =
        Meter.CreateHistogram<double>("covr.embedding.model.duration", "s", "Time that the model of an embedding job spent on one batch.");

    public static readonly Histogram<double> ModelWait =
        Meter.CreateHistogram<double>("covr.embedding.wait.duration", "s", "Time that the model of an embedding job waited for one batch.");

    /// <summary>Starts the activity of one model call, named and tagged as OpenTelemetry's conventions for embeddings say.</summary>
    public static Activity? StartEmbeddings(ComposedModel model, int items) => Activities.StartActivity($"embeddings {model.Description.Name}")
        ?.SetTag("gen_ai.operation.name", "embeddings")
        .SetTag("gen_ai.provider.name", "covr")
        .SetTag("gen_ai.request.model", model.Description.Name)
        .SetTag("gen_ai.embeddings.dimension.count", model.Encoder.Dimensions)
        .SetTag("covr.items", items);

    /// <summary>The name of a gallery for <see cref="StartGalleryCall"/>; null: no listener.</summary>
    public static async ValueTask<string?> NameOfAsync(IGallery gallery, CancellationToken cancellationToken) =>
        Activities.HasListeners() ? (await gallery.GetInfoAsync(cancellationToken).ConfigureAwait(false)).Name : null;

    /// <summary>Starts the activity of one gallery call, named and tagged as OpenTelemetry's conventions for databases say.</summary>
    public static Activity? StartGalleryCall(string? gallery, string operation) => gallery is null ? null
        : Activities.StartActivity($"{operation} {gallery}", ActivityKind.Client)
            ?.SetTag("db.system.name", "covr").SetTag("db.operation.name", operation).SetTag("db.collection.name", gallery);

    /// <summary>Notes on an activity how a call ends.</summary>
    public static async Task<T> Watch<T>(this Activity? activity, Task<T> call)
    {
        try
        {
            return await call.ConfigureAwait(false);
        }
        catch (Exception error)
        {
            activity?.SetStatus(ActivityStatusCode.Error, error.Message).SetTag("error.type", error.GetType().FullName);
            throw;
        }
    }
}
