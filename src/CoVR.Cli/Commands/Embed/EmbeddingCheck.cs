using CoVR.Cli.Hosting;
using CoVR.Cli.Reporting;
using CoVR.Embedding;
using CoVR.Storage;

namespace CoVR.Cli.Commands.Embed;

/// <summary>Checks existing embeddings: merges the files of workers, and reports whether they are complete.</summary>
internal static class EmbeddingCheck
{
    private const int Shown = 20;

    /// <summary>Merges the files of all workers.</summary>
    public static async Task MergeAsync(CommandHost host, Sink sink, CancellationToken cancellation)
    {
        host.ResumeHint = "Nothing is lost. Run the same command to start again.";
        var items = await host.Report.RunAsync("Merging", _ => FolderGallery.MergeAsync(sink.Folder, cancellation));
        host.Say(FormattableString.Invariant($"{host.Shown(sink.Folder)}: {items:N0} embeddings in one file"));
    }

    /// <summary>Reads every embedding.</summary>
    /// <returns>Whether none is missing or damaged.</returns>
    public static async Task<bool> VerifyAsync(CommandHost host, MediaWork work, CancellationToken cancellation)
    {
        await using var gallery = work.Sink.Open(work.Pictures);
        var coverage = await host.Report.RunAsync(
            "Checking", progress => EmbeddingCoverage.CheckAsync(gallery, work.Items.Select(item => item.Id), readValues: true, progress.OfJob(work.Unit), cancellation));
        host.Say(FormattableString.Invariant(
            $"{work.Sink.Shown(host)}: {coverage.Present:N0} of {coverage.Wanted:N0} {work.Unit} embedded{(coverage.Surplus > 0 ? FormattableString.Invariant($", and {coverage.Surplus:N0} others") : "")}"));
        foreach (var missing in coverage.Missing.Take(Shown))
        {
            host.Error.WriteLine($"missing: {missing.Key}: {missing.Value}");
        }

        if (coverage.Missing.Count > Shown)
        {
            host.Error.WriteLine($"missing: {coverage.Missing.Count - Shown} more");
        }

        return coverage.IsComplete;
    }
}
