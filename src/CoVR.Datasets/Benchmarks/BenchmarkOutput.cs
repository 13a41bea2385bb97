using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Pages;
using Microsoft.Extensions.Logging;

namespace CoVR.Datasets;

/// <summary>Writes the files of a run into one folder.</summary>
/// <remarks>
/// All files are made in a folder beside their places first, and then moved there one by one. <c>metrics.json</c> goes first and comes
/// last: where it is, the rest is of the same run.
/// </remarks>
internal sealed class BenchmarkOutput(BenchmarkResult result, BenchmarkRunOptions options, IFrameReader frames, ILogger logger)
{
    private const string Metrics = "metrics.json";

    private readonly string _folder = Path.GetFullPath(options.OutputFolder!);
    private readonly List<string> _files = [];
    private readonly List<SubmissionReport> _submissions = [];

    /// <summary>Makes the folder and a file in it, which go at once, so that hours of work are not done in vain.</summary>
    public static void RequireWritable(string? folder)
    {
        if (folder is null)
        {
            return;
        }

        var isNew = !Directory.Exists(folder);
        var file = Path.Combine(Directory.CreateDirectory(folder).FullName, $".unfinished-{Guid.NewGuid():N}");
        File.Create(file, 1, FileOptions.DeleteOnClose).Dispose();
        if (isNew)
        {
            Directory.Delete(folder); // a run that fails leaves nothing
        }
    }

    public async Task<BenchmarkResult> WriteAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(_folder);
        var stage = Path.Combine(_folder, $".unfinished-{Guid.NewGuid():N}");
        try
        {
            foreach (var part in result.Parts)
            {
                await WriteResultFilesAsync(stage, part, cancellationToken).ConfigureAwait(false);
            }

            await WriteAveragesAsync(stage, cancellationToken).ConfigureAwait(false);
            await WritePagesAsync(stage, cancellationToken).ConfigureAwait(false);
            var whole = result with { OutputFolder = _folder, Files = [.. _files, Metrics], Submissions = _submissions };
            await SaveAsync(stage, "", new ResultFile(Metrics, BenchmarkJson.Serialize(whole)), cancellationToken).ConfigureAwait(false);
            Publish(stage);
            return whole;
        }
        finally
        {
            if (Directory.Exists(stage))
            {
                Directory.Delete(stage, recursive: true);
            }
        }
    }

    private async Task WriteResultFilesAsync(string stage, BenchmarkPartResult part, CancellationToken cancellationToken)
    {
        foreach (var scored in part.Results)
        {
            if (scored.Protocol is not IResultFiles protocol)
            {
                continue;
            }

            foreach (var file in protocol.Files(scored.Dataset, scored.Rankings, scored.Query))
            {
                var name = await SaveAsync(stage, FolderOf(scored.Variant), file, cancellationToken).ConfigureAwait(false);
                if (scored.Protocol is ISubmissionFiles submission
                    && await submission.CheckAsync(Path.Combine(stage, name), scored.Dataset, cancellationToken).ConfigureAwait(false) is { } faults)
                {
                    _submissions.Add(new SubmissionReport(name, faults));
                    Log.SubmissionChecked(logger, faults.Count == 0 ? LogLevel.Information : LogLevel.Warning, name, faults.Count, faults.FirstOrDefault() ?? "");
                }
            }
        }
    }

    private async Task WriteAveragesAsync(string stage, CancellationToken cancellationToken)
    {
        foreach (var average in result.Averages)
        {
            await SaveAsync(stage, FolderOf(average.Variant), BenchmarkAverages.File(average, result.Parts), cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task WritePagesAsync(string stage, CancellationToken cancellationToken)
    {
        if (!options.WritesPage)
        {
            return;
        }

        foreach (var part in result.Parts)
        {
            var page = new EvaluationPageOptions { Title = result.Parts.Count == 1 ? result.Benchmark : $"{result.Benchmark}: {part.Part.Name}" };
            options.ConfigurePage?.Invoke(page);
            var name = result.Parts.Count == 1 ? "index.html" : $"{part.Part.Name}.html";
            var html = await new HtmlReport(frames).RenderEvaluationAsync(part.Results, part.Part.Reader, page, cancellationToken).ConfigureAwait(false);
            await SaveAsync(stage, "", new ResultFile(name, html), cancellationToken).ConfigureAwait(false);
        }

        if (result.Parts.Count > 1)
        {
            await SaveAsync(stage, "", new ResultFile("index.html", BenchmarkIndexPage.Of(result)), cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>With several variants each has a folder of its own, so that nobody takes the figures of one for another's.</summary>
    private string FolderOf(EvaluationVariant variant) =>
        options.Evaluation.Variants.Count == 1 ? "" : string.Join('-', variant.Name.Split([' ', .. Path.GetInvalidFileNameChars()], StringSplitOptions.RemoveEmptyEntries));

    private async Task<string> SaveAsync(string stage, string folder, ResultFile file, CancellationToken cancellationToken)
    {
        var name = folder.Length == 0 ? file.Name : $"{folder}/{file.Name}";
        if (_files.Contains(name))
        {
            throw new InvalidOperationException($"Two results want the file {name}: variants and kinds of queries need names that differ as file names.");
        }

        await ResultFileSet.SaveAsync([file], Path.Combine(stage, folder), cancellationToken).ConfigureAwait(false);
        _files.Add(name);
        return name;
    }

    private void Publish(string stage)
    {
        File.Delete(Path.Combine(_folder, Metrics));
        foreach (var name in _files)
        {
            var path = Path.Combine(_folder, name);
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(Path.Combine(stage, name), path, overwrite: true);
        }
    }
}
