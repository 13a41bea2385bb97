using Microsoft.Extensions.Logging;
using Polly;
using Polly.Retry;

namespace CoVR.Downloads;

/// <summary>When and how often an attempt is repeated.</summary>
internal static class RetryRules
{
    /// <summary>A pipeline that repeats transient failures with growing waits, or after what the server asks for.</summary>
    public static ResiliencePipeline Create(DownloaderOptions options, TimeProvider time, ILogger logger)
    {
        if (options.Retries == 0)
        {
            return ResiliencePipeline.Empty;
        }

        return new ResiliencePipelineBuilder { TimeProvider = time }
            .AddRetry(new RetryStrategyOptions
            {
                ShouldHandle = new PredicateBuilder().Handle<DownloadException>(error => error.IsTransient),
                MaxRetryAttempts = options.Retries,
                BackoffType = DelayBackoffType.Exponential,
                UseJitter = true,
                Delay = options.FirstDelay,
                MaxDelay = options.LongestDelay,
                DelayGenerator = attempt => ValueTask.FromResult((attempt.Outcome.Exception as DownloadException)?.RetryAfter),
                OnRetry = attempt =>
                {
                    var error = (DownloadException)attempt.Outcome.Exception!;
                    logger.Retrying(DownloadException.Shown(error.Uri), error.Reason, attempt.RetryDelay);
                    return ValueTask.CompletedTask;
                },
            })
            .Build();
    }
}
