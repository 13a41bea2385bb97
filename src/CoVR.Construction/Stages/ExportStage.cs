using System.Text;
using CoVR.Construction.Review;
using CoVR.Construction.Texts;
using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Writes triplets in the formats that other programs read, the configuration for training, and the card.</summary>
/// <param name="options">Folder and name.</param>
/// <param name="mediaFolder">The folder of the media; null if unknown.</param>
/// <param name="journal">The journal of a review, which may not exist.</param>
internal sealed class ExportStage(ExportOptions options, string? mediaFolder, string journal) : Stage
{
    // The names of the parts in files of WebVid-CoVR, and in those of CIRR.
    private static readonly (SplitPart Part, string Name, string Cirr)[] Parts = [(SplitPart.Train, "train", "train"), (SplitPart.Validation, "val", "val"), (SplitPart.Test, "test", "test1")];

    private readonly string _folder = Path.GetFullPath(options.Folder);

    /// <summary>Scores frames; null where scores are not wanted.</summary>
    public FrameScorer? Scorer { get; init; }

    /// <summary>Describes what <see cref="Scorer"/> scores with.</summary>
    public string ScoredBy { get; init; } = "";

    /// <inheritdoc/>
    public override ConstructionStage Name => ConstructionStage.Export;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tables => ["exported", ReviewedTriplets.Decisions];

    /// <inheritdoc/>
    public override IReadOnlyList<ConstructionStage> Reads => [ConstructionStage.Collect, ConstructionStage.WriteEdits, ConstructionStage.Split];

    /// <inheritdoc/>
    public override bool IsIntact => File.Exists(Path.Combine(_folder, "README.md")) && File.Exists(Path.Combine(_folder, "triplets.parquet"));

    /// <inheritdoc/>
    public override IEnumerable<string> DescribeInputs() =>
        [Describe(options), _folder, mediaFolder ?? "", Encoding.UTF8.GetString(ReviewJournal.ReadLines(journal)), Scorer is null ? "" : ScoredBy];

    /// <inheritdoc/>
    public override async Task RunAsync(StageWork work, CancellationToken cancellationToken)
    {
        var review = ApplyReview(work, cancellationToken);
        var counts = work.File.Read("SELECT split, count(*) FROM reviewed GROUP BY split", row => (Part: Enum.Parse<SplitPart>(row.GetString(0), ignoreCase: true), Count: row.GetInt64(1)), cancellationToken)
            .ToDictionary(row => row.Part, row => row.Count);
        if (counts.Count == 0)
        {
            throw new ConstructionException("Stage 'Export'", "no triplet is left; the reports of the stages before say what was dropped, and why.");
        }

        await ScoreAsync(work, cancellationToken).ConfigureAwait(false);
        Directory.CreateDirectory(_folder);
        foreach (var (part, name, cirr) in Parts)
        {
            ExportPart(work.File, part, name, cirr, counts.ContainsKey(part), cancellationToken);
        }

        Copy(work.File, "SELECT * FROM reviewed", "triplets.parquet", "FORMAT parquet", cancellationToken);
        foreach (var (path, text) in new TrainingConfiguration(options, _folder, mediaFolder).Write([.. Parts.Where(part => counts.ContainsKey(part.Part)).Select(part => part.Name)]))
        {
            Write(path, text);
        }

        Write("README.md", new DatasetCard(work.File, options.Name, review).Write(cancellationToken));
        work.File.Execute("CREATE TABLE exported AS SELECT split, count(*) AS triplets FROM reviewed GROUP BY split; DROP TABLE scores;", cancellationToken);
    }

    private async Task ScoreAsync(StageWork work, CancellationToken cancellationToken)
    {
        if (Scorer is null)
        {
            work.File.Execute("CREATE TEMP TABLE scores AS SELECT DISTINCT edit, pth2, '[]' AS scores FROM reviewed", cancellationToken);
        }
        else if (await Scorer.ScoreAsync(work.File, cancellationToken).ConfigureAwait(false) is > 0 and var missing)
        {
            work.Note(FormattableString.Invariant($"{missing:N0} targets have no embedding, so their triplets have no scores"));
        }
    }

    private ReviewSummary ApplyReview(StageWork work, CancellationToken cancellationToken)
    {
        var decisions = ReviewLog.Read(ReviewJournal.ReadLines(journal), journal, out _).Decisions.ToArray();
        var reviewed = new ReviewedTriplets(work.File);
        reviewed.Write(decisions, cancellationToken);
        reviewed.CreateView(cancellationToken);
        var summary = ReviewSummary.Of(work.File, decisions, cancellationToken);
        work.Drop("discarded in review", summary.Discarded, summary.Examples);
        if (summary.Unknown > 0)
        {
            work.Note(FormattableString.Invariant($"{summary.Unknown:N0} reviewed triplets are no longer there"));
        }

        return summary;
    }

    private void ExportPart(WorkFile file, SplitPart part, string name, string cirr, bool any, CancellationToken cancellationToken)
    {
        string[] files = [$"{name}.csv", $"cap.rc2.{cirr}.json", $"split.rc2.{cirr}.json"];
        if (!any)
        {
            Array.ForEach(files, path => File.Delete(Path.Combine(_folder, path)));
            return;
        }

        var rows = $"(SELECT * FROM reviewed JOIN scores USING (edit, pth2) WHERE split = '{part.ToString().ToLowerInvariant()}' ORDER BY pth2, pth1, txt1, txt2, edit)";
        Copy(file, $"SELECT txt1, txt2, sim_txt, pth1, pth2, sim_vid, edit, scores FROM {rows}", files[0], "FORMAT csv, HEADER", cancellationToken);
        Copy(file, $$"""
            SELECT row_number() OVER () - 1 AS pairid, pth1 AS reference, pth2 AS target_hard, MAP {pth2: 1.0} AS target_soft, edit AS caption,
                {'id': row_number() OVER () - 1, 'members': [pth1, pth2]} AS img_set FROM {{rows}}
            """, files[1], "FORMAT json, ARRAY true", cancellationToken);
        var names = file.Read($"SELECT DISTINCT unnest([pth1, pth2]) AS name FROM {rows} ORDER BY name", row => row.GetString(0), cancellationToken);
        Write(files[2], System.Text.Json.JsonSerializer.Serialize(names.ToDictionary(media => media, media => $"./{media}")));
    }

    private void Copy(WorkFile file, string rows, string name, string format, CancellationToken cancellationToken)
    {
        var (path, beside) = (Path.Combine(_folder, name), Path.Combine(_folder, $".{name}.part"));
        file.Execute($"COPY ({rows}) TO {Sql.Text(beside)} ({format})", cancellationToken);
        File.Move(beside, path, overwrite: true);
    }

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path + ".part", text);
        File.Move(path + ".part", path, overwrite: true);
    }
}
