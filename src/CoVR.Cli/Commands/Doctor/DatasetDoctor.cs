using CoVR.Checkpoints;
using CoVR.Cli.Commands.Doctor.Checks;
using CoVR.Cli.Reporting;
using CoVR.Media;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CoVR.Cli.Commands.Doctor;

/// <summary>Examines data sets, embeddings, weights and the machine: what is wrong, how to fix it, and what can be scored as it is.</summary>
/// <remarks>Changes nothing, and loads a model only to compare precisions. A bad item never ends an examination.</remarks>
internal sealed partial class DatasetDoctor(IReadOnlyList<IDoctorCheck> checks, TimeProvider? time = null, ILogger? logger = null)
{
    private readonly TimeProvider _time = time ?? TimeProvider.System;
    private readonly ILogger _logger = logger ?? NullLogger.Instance;

    /// <summary>The checks in the order in which they run.</summary>
    /// <param name="frames">Decodes pictures and videos; null for the library's own reader.</param>
    /// <param name="media">How media are read; null for the defaults.</param>
    /// <param name="resolver">Finds weights by name; null: only paths are known.</param>
    public static IReadOnlyList<IDoctorCheck> Checks(IFrameReader? frames = null, MediaOptions? media = null, CheckpointResolver? resolver = null)
    {
        media ??= new MediaOptions();
        var images = MagickCoVRBuilderExtensions.CreateDecoder(media);
        frames ??= new MediaFrameReader(images, media);
        return
        [
            new AnnotationCheck(),
            new GalleryEmbeddingCheck(),
            new CaptionCheck(),
            new MediaCheck(frames),
            new CheckpointCheck(resolver),
            new DecoderCheck(images),
            new FfmpegCheck(frames, media),
            new NativeCheck(),
            new OnnxCheck(),
            new VocabularyCheck(),
            new DiskAndMemoryCheck(new CheckpointOptions()),
        ];
    }

    /// <summary>Runs every check.</summary>
    /// <param name="request">What to examine; null for the machine.</param>
    /// <param name="progress">Null: no listener.</param>
    /// <param name="cancellationToken">Ends the examination; the report then has what was found so far.</param>
    public async Task<DoctorReport> ExamineAsync(DoctorRequest? request = null, IProgress<WorkProgress>? progress = null, CancellationToken cancellationToken = default)
    {
        request ??= new DoctorRequest();
        var context = new DoctorContext(request, progress);
        var (started, begin) = (_time.GetUtcNow(), _time.GetTimestamp());
        List<CheckResult> results = [];
        foreach (var check in checks)
        {
            if (await RunAsync(check, context, cancellationToken) is not { } result)
            {
                break;
            }

            results.Add(result);
        }

        var isComplete = results.Count == checks.Count;
        return new DoctorReport
        {
            Level = request.Level,
            Started = started,
            IsComplete = isComplete,
            Checks = results,
            Findings = Sorted(context),
            Coverage = isComplete ? await CoverageAsync(context) : [],
            Precisions = context.Precisions,
            Elapsed = _time.GetElapsedTime(begin),
        };
    }

    private async Task<CheckResult?> RunAsync(IDoctorCheck check, DoctorContext context, CancellationToken cancellationToken)
    {
        var (before, begin) = (context.Findings.Count, _time.GetTimestamp());
        context.Start(check.Name);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            await Task.Run(async () => await check.CheckAsync(context, cancellationToken), cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            return null;
        }
        catch (Exception error) when (error is not OutOfMemoryException)
        {
            LogCheckFailed(_logger, check.Name, error);
            context.Report(new Finding(Severity.Fault, FindingKinds.CheckFailed, $"the check '{check.Name}' failed: {error.Message}") { Id = check.Name });
        }

        context.ReportProgress();
        Finding[] found = [.. context.Findings.Skip(before)];
        return new CheckResult(
            check.Name,
            context.Done,
            found.Count(finding => finding.Severity == Severity.Fault),
            found.Count(finding => finding.Severity == Severity.Warning),
            [.. found.Where(finding => finding.Severity == Severity.Note).Select(finding => finding.Reason)],
            _time.GetElapsedTime(begin));
    }

    // Broken media of an item that is only searched for is no fault while its embedding exists: nothing reads it any more.
    private static IReadOnlyList<Finding> Sorted(DoctorContext context)
    {
        IEnumerable<Finding> findings = context.Findings;
        foreach (var dataset in context.Request.Datasets.Where(dataset => dataset.Embeddings.Count > 0))
        {
            var needed = context.AlreadyRead(dataset).SelectMany(split => split.Content.Dataset.Triplets).Select(triplet => triplet.Reference.Value).ToHashSet(StringComparer.Ordinal);
            needed.UnionWith(Missing(context, dataset.Name, Remedy.Embed));
            findings = findings.Select(finding => finding is { Severity: Severity.Fault, Remedy: Remedy.Download, Id: { } id } && finding.Dataset == dataset.Name && !needed.Contains(id)
                ? finding with { Severity = Severity.Warning, Fix = "It is not needed while its embedding exists. " + finding.Fix }
                : finding);
        }

        return
        [
            .. findings
                .OrderByDescending(finding => finding.Severity)
                .ThenBy(finding => finding.Dataset, StringComparer.Ordinal)
                .ThenBy(finding => finding.Kind, StringComparer.Ordinal)
                .ThenBy(finding => finding.File, StringComparer.Ordinal)
                .ThenBy(finding => finding.Line)
                .ThenBy(finding => finding.Id, StringComparer.Ordinal),
        ];
    }

    private static async Task<IReadOnlyList<SplitCoverage>> CoverageAsync(DoctorContext context)
    {
        List<SplitCoverage> coverage = [];
        foreach (var dataset in context.Request.Datasets)
        {
            HashSet<string> media = Missing(context, dataset.Name, Remedy.Download), embeddings = Missing(context, dataset.Name, Remedy.Embed);
            foreach (var split in await context.ReadAsync(dataset, CancellationToken.None))
            {
                coverage.Add(SplitCoverage.Of(split, id => !media.Contains(id.Value), id => !(dataset.Embeddings.Count > 0 ? embeddings : media).Contains(id.Value)));
            }
        }

        return coverage;
    }

    private static HashSet<string> Missing(DoctorContext context, string dataset, Remedy remedy) =>
        [.. context.Findings.Where(finding => finding.Severity == Severity.Fault && finding.Remedy == remedy && finding.Dataset == dataset && finding.Id is not null).Select(finding => finding.Id!)];

    [LoggerMessage(20, LogLevel.Error, "The check '{Check}' failed")]
    private static partial void LogCheckFailed(ILogger logger, string check, Exception error);
}
