using CoVR.Cli.Hosting;
using CoVR.Cli.Reporting;
using CoVR.Modeling;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Models;

/// <summary>Loads a pipeline's model before the work starts, and shows its downloads.</summary>
internal static class LoadedModel
{
    /// <summary>Lets a pipeline use weights from the working folder's outputs, shows its downloads, and reads all formats of pictures.</summary>
    public static ICoVRBuilder UseToolDefaults(this ICoVRBuilder pipeline, CommandHost host)
    {
        var shown = new DownloadProgress();
        pipeline.Services.AddSingleton(shown);
        return pipeline.UseMagickImages().ConfigureCheckpoints(options => (options.ReferenceFolder, options.Progress) = (options.ReferenceFolder ?? host.Folder, shown));
    }

    /// <summary>Loads the model.</summary>
    /// <exception cref="CheckpointException">Weights or vocabulary are unavailable.</exception>
    public static Task<ComposedModel> LoadAsync(CommandHost host, IServiceProvider services, string title, CancellationToken cancellation) => host.Report.RunAsync($"Loading {title}", async progress =>
    {
        var shown = services.GetRequiredService<DownloadProgress>();
        shown.Target = progress.OfJob(WorkProgress.Bytes);
        try
        {
            return await services.GetRequiredService<IModelProvider>().GetAsync(cancellation);
        }
        catch (CheckpointException error) when (error.File == VocabularyFile.Name)
        {
            throw VocabularyFile.Missing(host, error);
        }
        finally
        {
            shown.Target = null;
        }
    });

    /// <summary>Forwards progress while there is a listener.</summary>
    private sealed class DownloadProgress : IProgress<JobProgress>
    {
        public IProgress<JobProgress>? Target { get; set; }

        public void Report(JobProgress value) => Target?.Report(value);
    }
}
