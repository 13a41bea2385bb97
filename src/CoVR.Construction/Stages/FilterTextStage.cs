using CoVR.Construction.Texts;
using CoVR.Construction.Work;
using Microsoft.Extensions.AI;

namespace CoVR.Construction.Stages;

/// <summary>Keeps the pairs of captions that pass every filter.</summary>
/// <param name="options">The rules.</param>
/// <param name="filters">The host's own filters.</param>
/// <param name="embeddings">Embeds captions; null to compare none.</param>
internal sealed class FilterTextStage(TextFilterOptions options, IReadOnlyList<ITextFilter> filters, IEmbeddingGenerator<string, Embedding<float>>? embeddings) : Stage
{
    private const int BatchSize = 20_000;

    /// <inheritdoc/>
    public override ConstructionStage Name => ConstructionStage.FilterText;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tables => ["text_pairs"];

    /// <inheritdoc/>
    public override IReadOnlyList<ConstructionStage> Reads => [ConstructionStage.Mine];

    /// <inheritdoc/>
    public override IEnumerable<string> DescribeInputs() =>
    [
        Describe(options), .. new[] { options.Vocabulary, options.Synonyms }.OfType<string>().Select(DescribeFile), .. filters.Select(filter => filter.Fingerprint),
        CaptionSimilarity.Describe(embeddings),
    ];

    /// <inheritdoc/>
    public override async Task RunAsync(StageWork work, CancellationToken cancellationToken)
    {
        work.File.Execute("CREATE TABLE text_pairs (pair INTEGER, similarity FLOAT)", cancellationToken);
        ITextFilter[] all = [new RuleTextFilter(options), .. filters];
        var tally = new DropTally();
        var last = work.File.Number("SELECT coalesce(max(pair), 0) FROM caption_pairs", cancellationToken);
        for (var first = 1L; first <= last; first += BatchSize)
        {
            var pairs = work.File.Read(
                $"SELECT pair, text_a, text_b, word_a, word_b FROM caption_pairs WHERE pair BETWEEN {first} AND {first + BatchSize - 1} ORDER BY pair",
                row => (Number: row.GetInt32(0), Pair: new CaptionPair(row.GetString(1), row.GetString(2), row.GetString(3), row.GetString(4))), cancellationToken);
            var kept = pairs.Where(row => tally.Keep(all.Select(filter => filter.FindFault(row.Pair)).FirstOrDefault(fault => fault is not null), Show(row.Pair))).ToArray();
            await AppendAsync(work, kept, tally, cancellationToken).ConfigureAwait(false);
            work.Progress?.Report(new JobProgress(Math.Min(first + BatchSize - 1, last), last, 0, TimeSpan.Zero) { Activity = Name.ToString() });
        }

        tally.Report(work);
    }

    private static string Show(CaptionPair pair) => $"{pair.CaptionA} / {pair.CaptionB}";

    private async Task AppendAsync(StageWork work, (int Number, CaptionPair Pair)[] pairs, DropTally tally, CancellationToken cancellationToken)
    {
        var similarities = embeddings is null ? null : await new CaptionSimilarity(embeddings).OfAsync([.. pairs.Select(row => row.Pair)], cancellationToken).ConfigureAwait(false);
        using var rows = work.File.Append("text_pairs");
        for (var i = 0; i < pairs.Length; i++)
        {
            var similarity = similarities?[i];
            var fault = similarity < options.MinSimilarity ? "captions too different" : similarity > options.MaxSimilarity ? "captions too similar" : null;
            if (tally.Keep(fault, Show(pairs[i].Pair)))
            {
                rows.CreateRow().AppendValue(pairs[i].Number).AppendValue(similarity).EndRow();
            }
        }
    }
}
