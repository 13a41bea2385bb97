using CoVR.Data;
using CoVR.Reproduction.Results;
using Microsoft.Extensions.Logging;

namespace CoVR.Reproduction.Benchmarks;

/// <summary>Writes the files of a run into one folder.</summary>
/// <remarks>
/// All files are first written to a temporary folder beside, and then moved into place one by one. <c>metrics.json</c> is removed first and moved
/// last: if it exists, the other files belong to the same run.
/// </remarks>
internal sealed class BenchmarkOutput(BenchmarkResult result, BenchmarkRunOptions options, ILogger logger)
{
    private const string Metrics = "metrics.json";

    private readonly string _folder = Path.GetFullPath(options.OutputFolder!);
    private readonly List<string> _files = [];
    private readonly Dictionary<string, List<string>> _results = new(StringComparer.Ordinal);
    private readonly List<SubmissionReport> _submissions = [];

    /// <summary>Creates and deletes a folder and a file in it, so that a run that cannot be written fails before hours of work.</summary>
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
            Directory.Delete(folder); // a failed run leaves nothing behind
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

            WriteAverages(stage);
            await WritePagesAsync(stage, cancellationToken).ConfigureAwait(false);
            var whole = result with { OutputFolder = _folder, Files = [.. _files, Metrics], ResultFiles = _results.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<string>)pair.Value), Submissions = _submissions };
            Save(stage, null, new ResultFile(Metrics, BenchmarkJson.Serialize(whole)));
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
            foreach (var file in ReferenceResultFiles.Of(scored))
            {
                var name = Save(stage, scored.Variant, file);
                if (await ReferenceResultFiles.CheckAsync(Path.Combine(stage, name), scored.Report.Protocol, scored.Dataset, cancellationToken).ConfigureAwait(false) is { } faults)
                {
                    _submissions.Add(new SubmissionReport(name, faults));
                    Log.SubmissionChecked(logger, faults.Count == 0 ? LogLevel.Information : LogLevel.Warning, name, faults.Count, faults.FirstOrDefault() ?? "");
                }
            }
        }
    }

    private void WriteAverages(string stage)
    {
        foreach (var average in result.Averages)
        {
            Save(stage, average.Variant, BenchmarkAverages.File(average, result.Parts));
        }
    }

    private async Task WritePagesAsync(string stage, CancellationToken cancellationToken)
    {
        foreach (var (name, page) in options.MakePages is { } make ? await make(result, cancellationToken).ConfigureAwait(false) : new Dictionary<string, string>())
        {
            Save(stage, null, new ResultFile(name, page));
        }
    }

    /// <summary>Writes a file; with several variants each has its own folder, so that their figures are not confused.</summary>
    private string Save(string stage, EvaluationVariant? variant, ResultFile file)
    {
        var folder = variant is null || options.Evaluation.Variants.Count == 1
            ? ""
            : string.Join('-', variant.Name.Split([' ', .. Path.GetInvalidFileNameChars()], StringSplitOptions.RemoveEmptyEntries));
        var name = folder.Length == 0 ? file.Name : $"{folder}/{file.Name}";
        if (_files.Contains(name))
        {
            throw new InvalidOperationException($"Two results want the file {name}: variants and kinds of queries need names that differ as file names.");
        }

        file.Save(Path.Combine(stage, folder));
        _files.Add(name);
        if (variant is not null)
        {
            (_results.TryGetValue(variant.Name, out var results) ? results : _results[variant.Name] = []).Add(name);
        }

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
