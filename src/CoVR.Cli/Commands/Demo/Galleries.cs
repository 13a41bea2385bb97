using CoVR.Cli.Reporting;
using CoVR.Data;

namespace CoVR.Cli.Commands.Demo;

/// <summary>Embeds items into the store of a pipeline.</summary>
internal static class Galleries
{
    /// <summary>Embeds what is not in the store yet; unreadable files are reported and left out.</summary>
    /// <returns>How many items are in the store now.</returns>
    public static Task<int> EmbedAsync(
        IEmbeddingJob job, string title, IEnumerable<MediaId> ids, ITripletDatasetReader reader, ConsoleProgress report, CancellationToken cancellationToken) =>
        report.RunAsync(title, async progress =>
        {
            MediaItem[] items = [.. ids.Select(id => new MediaItem(id, reader.Locate(id)))];
            var stored = 0;
            await foreach (var outcome in job.EmbedAsync(items, progress.OfJob("items"), cancellationToken))
            {
                stored += outcome.Status == EmbedStatus.Failed ? 0 : 1;
                if (outcome.Failure is { } failure)
                {
                    report.Say($"{outcome.Id} is skipped: {failure.Message}");
                }
            }

            return stored;
        });
}
