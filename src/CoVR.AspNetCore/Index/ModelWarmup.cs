using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace CoVR.AspNetCore.Index;

/// <summary>Loads a pipeline's model and opens its gallery in the background when the host starts, and tries again where that failed.</summary>
internal sealed class ModelWarmup(WebPipeline pipeline, TimeProvider time, ILogger<ModelWarmup> logger) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(30);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the host starts without waiting
        while (!await TryLoadAsync(stoppingToken).ConfigureAwait(false))
        {
            await Task.Delay(Pause, time, stoppingToken).ConfigureAwait(false);
        }
    }

    private async Task<bool> TryLoadAsync(CancellationToken cancellationToken)
    {
        try
        {
            var loaded = await pipeline.LoadAsync(cancellationToken).ConfigureAwait(false);
            await loaded.Gallery.GetInfoAsync(cancellationToken).ConfigureAwait(false);
            pipeline.Index.Loaded(loaded.Model.Description.Name);
            return true;
        }
        catch (Exception fault) when (fault is not OperationCanceledException || !cancellationToken.IsCancellationRequested)
        {
            pipeline.Index.Failed();
            logger.ModelNotLoaded(pipeline.Name, fault);
            return false;
        }
    }
}

internal static partial class Log
{
    [LoggerMessage(Level = LogLevel.Error, Message = "The model of pipeline '{Pipeline}' cannot be loaded; another attempt follows.")]
    public static partial void ModelNotLoaded(this ILogger logger, string pipeline, Exception fault);
}
