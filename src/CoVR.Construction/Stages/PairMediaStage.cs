using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Pairs the media of each caption pair.</summary>
/// <param name="options">How many, and how similar.</param>
/// <param name="vectors">Vectors of the media; null to compare none.</param>
/// <param name="description">Describes what is in them.</param>
/// <param name="seed">The seed of samples.</param>
internal sealed class PairMediaStage(PairingOptions options, MediaVectors? vectors, string description, int seed) : Stage
{
    private const int BatchSize = 100_000;

    /// <inheritdoc/>
    public override ConstructionStage Name => ConstructionStage.PairMedia;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tables => ["media_pairs"];

    /// <inheritdoc/>
    public override IReadOnlyList<ConstructionStage> Reads => [ConstructionStage.Collect, ConstructionStage.Mine, ConstructionStage.FilterText];

    /// <inheritdoc/>
    public override IEnumerable<string> DescribeInputs() =>
        [Describe(options), $"{seed}", description];

    /// <inheritdoc/>
    public override async Task RunAsync(StageWork work, CancellationToken cancellationToken)
    {
        work.File.Execute($"""
            CREATE TEMP TABLE wanted AS SELECT pair, text_a, text_b FROM caption_pairs SEMI JOIN text_pairs USING (pair);
            CREATE TEMP TABLE shown AS SELECT text, media
            FROM (SELECT text, media, row_number() OVER (PARTITION BY text ORDER BY md5(concat(media, ' {seed}')), media) AS place
                FROM (SELECT DISTINCT text, {Sql.Media} AS media FROM items SEMI JOIN (SELECT text_a AS text FROM wanted UNION SELECT text_b FROM wanted) USING (text)))
            WHERE place <= {options.MaxMediaPerCaption};
            CREATE TEMP TABLE candidates AS SELECT row_number() OVER () AS row, pair, a.media AS media_a, b.media AS media_b
            FROM wanted JOIN shown a ON a.text = text_a JOIN shown b ON b.text = text_b WHERE a.media <> b.media;
            CREATE TEMP TABLE scored (pair INTEGER, media_a VARCHAR, media_b VARCHAR, similarity FLOAT);
            """, cancellationToken);
        if (vectors is null)
        {
            work.File.Execute("INSERT INTO scored SELECT pair, media_a, media_b, NULL FROM candidates", cancellationToken);
        }
        else
        {
            await CompareAsync(vectors, work, cancellationToken).ConfigureAwait(false);
        }

        KeepBest(work, cancellationToken);
    }

    private async Task CompareAsync(MediaVectors vectors, StageWork work, CancellationToken cancellationToken)
    {
        var tally = new DropTally();
        var last = work.File.Number("SELECT count(*) FROM candidates", cancellationToken);
        for (var first = 1L; first <= last; first += BatchSize)
        {
            var pairs = work.File.Read(
                $"SELECT pair, media_a, media_b FROM candidates WHERE row BETWEEN {first} AND {first + BatchSize - 1}", row => (Pair: row.GetInt32(0), A: row.GetString(1), B: row.GetString(2)), cancellationToken);
            using var rows = work.File.Append("scored");
            foreach (var (pair, a, b) in pairs)
            {
                var (one, other) = (await vectors.ReadAsync(a, cancellationToken).ConfigureAwait(false), await vectors.ReadAsync(b, cancellationToken).ConfigureAwait(false));
                var similarity = one is null || other is null ? (float?)null : MediaVectors.Compare(one, other);
                if (tally.Keep(FindFault(similarity), $"{a} / {b}"))
                {
                    rows.CreateRow().AppendValue(pair).AppendValue(a).AppendValue(b).AppendValue(similarity).EndRow();
                }
            }
        }

        tally.Report(work);
    }

    private string? FindFault(float? similarity) => similarity is null ? "media without an embedding"
        : similarity < options.MinSimilarity ? "media too different"
        : similarity > options.MaxSimilarity ? "media nearly identical"
        : null;

    private void KeepBest(StageWork work, CancellationToken cancellationToken)
    {
        work.File.Execute($"""
            CREATE TEMP TABLE placed AS SELECT *, (row_number() OVER (
                PARTITION BY pair ORDER BY similarity DESC NULLS LAST, md5(concat(media_a, ' ', media_b, ' {seed}')), media_a, media_b))::INTEGER AS place FROM scored;
            CREATE TABLE media_pairs AS SELECT pair, place, media_a, media_b, similarity FROM placed WHERE place <= {options.MaxPairs} ORDER BY pair, place;
            """, cancellationToken);
        var surplus = work.File.Number($"SELECT count(*) FROM placed WHERE place > {options.MaxPairs}", cancellationToken);
        work.Drop($"beyond the best {options.MaxPairs} of a caption pair", surplus, []);
        var without = work.File.Number("SELECT count(*) FROM wanted ANTI JOIN media_pairs USING (pair)", cancellationToken);
        work.Note(FormattableString.Invariant($"{without:N0} caption pairs have no media pair"));
        work.File.Execute("DROP TABLE wanted; DROP TABLE shown; DROP TABLE candidates; DROP TABLE scored; DROP TABLE placed;", cancellationToken);
    }
}
