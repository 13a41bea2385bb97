using CoVR.Cli.Hosting;
using CoVR.Cli.Reporting;
using CoVR.Downloads;
using CoVR.Modeling;
using Microsoft.Extensions.DependencyInjection;

namespace CoVR.Cli.Models;

/// <summary>Makes the model of a pipeline before the work starts, and shows what it downloads.</summary>
internal static class LoadedModel
{
    /// <summary>Lets a pipeline take weights from the outputs of the working folder, and its downloads be shown.</summary>
    public static ICoVRBuilder ShowDownloads(this ICoVRBuilder pipeline, CommandHost host)
    {
        pipeline.Services.AddSingleton<DownloadProgressSwitch>();
        pipeline.Services.AddSingleton<IProgress<DownloadProgress>>(services => services.GetRequiredService<DownloadProgressSwitch>());
        return pipeline.ConfigureCheckpoints(options => options.ReferenceFolder ??= host.Folder);
    }

    /// <summary>Makes the model.</summary>
    /// <exception cref="CheckpointException">Weights or vocabulary cannot be had.</exception>
    public static Task<ComposedModel> LoadAsync(CommandHost host, IServiceProvider services, string title, CancellationToken cancellation) => host.Report.RunAsync($"Loading {title}", async progress =>
    {
        var shown = services.GetRequiredService<DownloadProgressSwitch>();
        shown.Target = progress.OfDownload();
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

    /// <summary>Passes progress on while somebody looks.</summary>
    private sealed class DownloadProgressSwitch : IProgress<DownloadProgress>
    {
        public IProgress<DownloadProgress>? Target { get; set; }

        public void Report(DownloadProgress value) => Target?.Report(value);
    }
}
