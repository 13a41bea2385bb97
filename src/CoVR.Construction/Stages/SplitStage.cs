using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Makes triplets, removes what test sets contain, and gives each triplet a split.</summary>
/// <param name="options">Test sets and shares.</param>
/// <param name="textsPerPair">Texts of a caption pair and direction that are used, of those that are kept.</param>
/// <param name="seed">The seed of the split.</param>
internal sealed class SplitStage(SplitOptions options, int textsPerPair, int seed) : Stage
{
    // Edits of a pair are used in turn by its media pairs.
    private readonly string _triplets = $"""
        CREATE TEMP TABLE drafts AS
        WITH texts AS (SELECT *, count(*) OVER (PARTITION BY pair, forward) AS texts FROM edits WHERE place < {textsPerPair})
        SELECT CASE WHEN forward THEN text_a ELSE text_b END AS txt1, CASE WHEN forward THEN text_b ELSE text_a END AS txt2,
            CASE WHEN forward THEN media_a ELSE media_b END AS pth1, CASE WHEN forward THEN media_b ELSE media_a END AS pth2,
            e.text AS edit, t.similarity AS sim_txt, m.similarity AS sim_vid,
            CASE WHEN forward THEN word_a ELSE word_b END AS removed, CASE WHEN forward THEN word_b ELSE word_a END AS added
        FROM media_pairs m JOIN texts e ON e.pair = m.pair AND e.place = (m.place - 1) % e.texts
        JOIN caption_pairs c ON c.pair = m.pair JOIN text_pairs t ON t.pair = m.pair;
        """;

    /// <summary>Compares media by embedding; null to compare none.</summary>
    public NearDuplicates? Duplicates { get; init; }

    /// <summary>Embeddings of the media of test sets; null to compare none.</summary>
    public IGallery? TestEmbeddings { get; init; }

    /// <summary>Describes what <see cref="Duplicates"/> compares.</summary>
    public string Compared { get; init; } = "";

    /// <inheritdoc/>
    public override ConstructionStage Name => ConstructionStage.Split;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tables => ["triplets"];

    /// <inheritdoc/>
    public override IReadOnlyList<ConstructionStage> Reads => [ConstructionStage.Mine, ConstructionStage.FilterText, ConstructionStage.PairMedia, ConstructionStage.WriteEdits];

    /// <inheritdoc/>
    public override IEnumerable<string> DescribeInputs() => [Describe(options), $"{textsPerPair} {seed} {Compared}", .. options.TestSets.Select(DescribeFile)];

    /// <inheritdoc/>
    public override async Task RunAsync(StageWork work, CancellationToken cancellationToken)
    {
        work.File.Execute(_triplets, cancellationToken);
        var named = new LeakCheck(work).DropLeaks(options.TestSets, cancellationToken);
        if (Duplicates is not null && TestEmbeddings is not null)
        {
            await Duplicates.DropLeaksAsync(work, TestEmbeddings, named, cancellationToken).ConfigureAwait(false);
        }
        else if (named.Count > 0)
        {
            work.Note("media of test sets were compared by name only, not by embedding");
        }

        AssignParts(work, Duplicates is null ? [] : await Duplicates.FindAsync(work, cancellationToken).ConfigureAwait(false), cancellationToken);
        foreach (var note in new TripletFigures(work.File).Describe(cancellationToken))
        {
            work.Note(note);
        }
    }

    private void AssignParts(StageWork work, IReadOnlyList<(string A, string B)> duplicates, CancellationToken cancellationToken)
    {
        var plan = new SplitPlan(options, seed);
        var rows = work.File.Read(
            "SELECT rowid, pth1, pth2 FROM drafts ORDER BY pth1, pth2, txt1, txt2, edit", row => (Row: row.GetInt64(0), Reference: row.GetString(1), Target: row.GetString(2)), cancellationToken);
        foreach (var (a, b) in duplicates)
        {
            plan.Join(a, b);
        }

        foreach (var (_, reference, target) in rows.Where(_ => !options.DivideConnected))
        {
            plan.Join(reference, target);
        }

        var partOf = plan.Assign(rows.Select(row => row.Target));
        work.File.Execute("CREATE TEMP TABLE parts (row BIGINT, part VARCHAR)", cancellationToken);
        var tally = new DropTally();
        using (var parts = work.File.Append("parts"))
        {
            foreach (var (row, reference, target) in rows)
            {
                if (tally.Keep(partOf(reference) == partOf(target) ? null : "reference and target in different splits", $"{reference} / {target}"))
                {
                    parts.CreateRow().AppendValue(row).AppendValue(partOf(target).ToString().ToLowerInvariant()).EndRow();
                }
            }
        }

        tally.Report(work);
        work.File.Execute("""
            CREATE TABLE triplets AS SELECT part AS split, d.* FROM drafts d JOIN parts ON d.rowid = row ORDER BY split, pth2, pth1, txt1, txt2, edit;
            DROP TABLE drafts;
            DROP TABLE parts;
            """, cancellationToken);
    }
}
