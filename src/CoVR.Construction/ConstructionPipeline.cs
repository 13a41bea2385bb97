using CoVR.Construction.Review;
using CoVR.Construction.Stages;
using CoVR.Construction.Texts;
using CoVR.Construction.Work;
using Microsoft.Extensions.AI;

namespace CoVR.Construction;

/// <summary>Makes a data set of triplets from captioned media, stage by stage.</summary>
/// <remarks>
/// Every stage writes its result to the work file in one transaction, so a run that is killed continues with the stage at which it stopped. A stage runs again
/// when its options or inputs changed, or when an earlier stage gave another result. Not safe for several threads.
/// </remarks>
public sealed class ConstructionPipeline
{
    private readonly ConstructionOptions _options;

    /// <summary>Creates a pipeline.</summary>
    /// <param name="options">How to construct; validated.</param>
    /// <exception cref="Microsoft.Extensions.Options.OptionsValidationException">Options are at fault; it lists all of them.</exception>
    public ConstructionPipeline(ConstructionOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        OptionsFaults.ThrowIfAny(options);
        _options = options;
    }

    /// <summary>Sources of captions besides <see cref="CollectOptions.Inputs"/>.</summary>
    public IReadOnlyList<ICaptionSource> CaptionSources { get; init; } = [];

    /// <summary>Filters of caption pairs besides the rules of the options.</summary>
    public IReadOnlyList<ITextFilter> TextFilters { get; init; } = [];

    /// <summary>Embeds captions, so that pairs outside a band of similarity are dropped, and edits for <see cref="ExportOptions.Scores"/>; null to compare none.</summary>
    public IEmbeddingGenerator<string, Embedding<float>>? TextEmbeddings { get; init; }

    /// <summary>Embeddings of the media, such as a gallery, so that the most similar media are paired; null to draw them.</summary>
    public IEmbeddingSource? MediaEmbeddings { get; init; }

    /// <summary>
    /// Embeddings of the media of test sets, by the model of <see cref="MediaEmbeddings"/>: no triplet contains a medium that is more similar to one of these than
    /// <see cref="PairingOptions.MaxSimilarity"/>. Null to compare none.
    /// </summary>
    public IGallery? TestEmbeddings { get; init; }

    /// <summary>Writes the modification texts; null for the papers' templates.</summary>
    public IEditWriter? EditWriter { get; init; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Runs what is not up to date.</summary>
    /// <param name="only">The stage to run, whose earlier stages must be up to date; null for all.</param>
    /// <param name="progress">Receives the stage as <see cref="JobProgress.Activity"/> and its counts; may be null.</param>
    /// <param name="cancellationToken">Stops; finished stages are kept.</param>
    /// <returns>A report for each stage that was asked for, in order.</returns>
    /// <exception cref="ConstructionException">An input, the work file, a service or an earlier stage is at fault.</exception>
    public Task<IReadOnlyList<StageReport>> RunAsync(ConstructionStage? only = null, IProgress<JobProgress>? progress = null, CancellationToken cancellationToken = default) =>
        Task.Run(() => VisitAsync(only, plan: false, progress, cancellationToken), cancellationToken);

    /// <summary>Says what <see cref="RunAsync"/> would do, without doing it.</summary>
    /// <param name="cancellationToken">Ends the call.</param>
    /// <returns>
    /// A report for each stage; <see cref="StageReport.Ran"/> is true for those that would run, and for those that depend on their results.
    /// </returns>
    /// <exception cref="ConstructionException">An input or the work file is at fault.</exception>
    public Task<IReadOnlyList<StageReport>> PlanAsync(CancellationToken cancellationToken = default) =>
        Task.Run(() => VisitAsync(null, plan: true, null, cancellationToken), cancellationToken);

    private static async ValueTask<string> DescribeAsync(IEmbeddingSource? source, CancellationToken cancellationToken) => source switch
    {
        null => "",
        IGallery gallery => $"{await gallery.GetFingerprintAsync(cancellationToken).ConfigureAwait(false)} {await gallery.CountAsync(cancellationToken: cancellationToken).ConfigureAwait(false)}",
        _ => $"{await source.GetFingerprintAsync(cancellationToken).ConfigureAwait(false)}",
    };

    private async ValueTask RequireOneModelAsync(CancellationToken cancellationToken)
    {
        if (TestEmbeddings is null)
        {
            return;
        }

        var test = await TestEmbeddings.GetFingerprintAsync(cancellationToken).ConfigureAwait(false);
        var media = MediaEmbeddings is null ? null : await MediaEmbeddings.GetFingerprintAsync(cancellationToken).ConfigureAwait(false);
        if (media is null || media.Dimensions != test.Dimensions || (!media.IsAssumed && !test.IsAssumed && media.WeightsSha256 != test.WeightsSha256))
        {
            throw new ConstructionException(
                "Embeddings of a test set",
                $"they are of {test.Model} with {test.Dimensions} numbers, and {(media is null ? "there are none of the media" : $"those of the media of {media.Model} with {media.Dimensions}, or of other weights")}; embed both with the same model and weights.");
        }
    }

    private IReadOnlyList<Stage> CreateStages(string media, string testSets)
    {
        var vectors = MediaEmbeddings is null ? null : new MediaVectors(MediaEmbeddings);
        return
        [
            new CollectStage(_options.Collect, CaptionSources),
            new MineStage(_options.Mining, _options.Seed),
            new FilterTextStage(_options.TextFilter, TextFilters, TextEmbeddings),
            new PairMediaStage(_options.Pairing, vectors, media, _options.Seed),
            new WriteEditsStage(_options.Edits, EditWriter ?? new TemplateEditWriter(seed: _options.Seed)),
            new SplitStage(_options.Split, _options.Edits.TextsPerPair, _options.Seed)
            {
                Duplicates = vectors is null ? null : new NearDuplicates(vectors, _options.Pairing.MaxSimilarity),
                TestEmbeddings = TestEmbeddings,
                Compared = vectors is null ? "" : FormattableString.Invariant($"{media} {testSets} {_options.Pairing.MaxSimilarity}"),
            },
            new ExportStage(_options.Export, _options.Collect.MediaFolder, ReviewJournal.PathOf(_options.WorkFile))
            {
                Scorer = _options.Export.Scores ? CreateScorer() : null,
                ScoredBy = $"{media} {CaptionSimilarity.Describe(TextEmbeddings)}",
            },
        ];
    }

    private FrameScorer CreateScorer() => TextEmbeddings is { } texts && MediaEmbeddings is { } embeddings
        ? new FrameScorer(texts, embeddings)
        : throw new ConstructionException("Option 'Export.Scores'", "scores need embeddings of texts and of media; set TextEmbeddings and MediaEmbeddings, of one model, or turn the option off.");

    private async Task<IReadOnlyList<StageReport>> VisitAsync(ConstructionStage? only, bool plan, IProgress<JobProgress>? progress, CancellationToken cancellationToken)
    {
        using var file = WorkFile.Open(_options);
        var run = new StageRunner(file, Time, progress);
        List<StageReport> reports = [];
        var media = await DescribeAsync(MediaEmbeddings, cancellationToken).ConfigureAwait(false);
        await RequireOneModelAsync(cancellationToken).ConfigureAwait(false);
        var testSets = await DescribeAsync(TestEmbeddings, cancellationToken).ConfigureAwait(false);
        foreach (var stage in CreateStages(media, testSets).TakeWhile(stage => only is null || stage.Name <= only))
        {
            var report = run.IsCurrent(stage) is { } current ? current
                : plan ? run.Postpone(stage)
                : only is null || only == stage.Name ? await run.RunAsync(stage, cancellationToken).ConfigureAwait(false)
                : throw new ConstructionException($"Stage '{only}'", $"it needs the result of '{stage.Name}', which is missing or out of date; run that first, or all stages.");
            reports.Add(report);
        }

        return only is null ? reports : [reports[^1]];
    }
}
