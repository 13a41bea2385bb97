using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Asks the writer for the texts of every caption pair that has media, once for each direction.</summary>
/// <param name="options">Directions and texts.</param>
/// <param name="writer">The writer.</param>
internal sealed class WriteEditsStage(EditOptions options, IEditWriter writer) : Stage
{
    private const int BatchSize = 10_000;

    // As many as the papers showed to people who choose; a review page offers them.
    private const int LeastKept = 3;

    private readonly int _kept = Math.Max(LeastKept, options.TextsPerPair);

    /// <inheritdoc/>
    public override ConstructionStage Name => ConstructionStage.WriteEdits;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tables => ["edits"];

    /// <inheritdoc/>
    public override IReadOnlyList<ConstructionStage> Reads => [ConstructionStage.Mine, ConstructionStage.PairMedia];

    /// <inheritdoc/>
    public override IEnumerable<string> DescribeInputs() => [$"{options.BothDirections} {_kept}", writer.Fingerprint];

    /// <inheritdoc/>
    public override IReadOnlyList<string> Foresee(WorkFile file) => writer.Estimate(CountRequests(file)) is not { } estimate ? []
        : HasPairs(file) ? [estimate]
        : [$"{estimate} (the calls are known once the earlier stages ran; they cost nothing)"];

    private static bool HasPairs(WorkFile file) => file.HasTable("media_pairs");

    private long CountRequests(WorkFile file) => HasPairs(file) ? file.Number("SELECT count(DISTINCT pair) FROM media_pairs") * (options.BothDirections ? 2 : 1) : 0;

    /// <inheritdoc/>
    public override async Task RunAsync(StageWork work, CancellationToken cancellationToken)
    {
        work.File.Execute("CREATE TABLE edits (pair INTEGER, forward BOOLEAN, place INTEGER, text VARCHAR, source VARCHAR)", cancellationToken);
        var tally = new DropTally();
        var (done, total) = (0L, CountRequests(work.File));
        var last = work.File.Number("SELECT coalesce(max(pair), 0) FROM media_pairs", cancellationToken);
        for (var first = 1L; first <= last; first += BatchSize)
        {
            var requests = Requests(work.File, first, cancellationToken);
            var answers = new EditAnswer[requests.Length];
            var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Concurrency, CancellationToken = cancellationToken };
            await Parallel.ForAsync(0, requests.Length, parallel, async (i, token) =>
            {
                answers[i] = await writer.WriteAsync(requests[i].Request, token).ConfigureAwait(false);
                work.Progress?.Report(new JobProgress(Interlocked.Increment(ref done), total, 0, TimeSpan.Zero) { Activity = Activity() });
            }).ConfigureAwait(false);
            Append(work, requests, answers, tally);
        }

        tally.Report(work);
    }

    private string Activity() => writer.Spent is { } spent ? $"{Name}, {spent}" : Name.ToString();

    private (int Pair, bool Forward, EditRequest Request)[] Requests(WorkFile file, long first, CancellationToken cancellationToken)
    {
        var pairs = file.Read(
            $"SELECT pair, text_a, text_b, word_a, word_b FROM caption_pairs SEMI JOIN media_pairs USING (pair) WHERE pair BETWEEN {first} AND {first + BatchSize - 1} ORDER BY pair",
            row => (Pair: row.GetInt32(0), A: row.GetString(1), B: row.GetString(2), WordA: row.GetString(3), WordB: row.GetString(4)), cancellationToken);
        return [.. pairs.SelectMany(pair => new[]
        {
            (pair.Pair, true, new EditRequest(pair.A, pair.B, pair.WordA, pair.WordB)),
            (pair.Pair, false, new EditRequest(pair.B, pair.A, pair.WordB, pair.WordA)),
        }.Take(options.BothDirections ? 2 : 1))];
    }

    private void Append(StageWork work, (int Pair, bool Forward, EditRequest Request)[] requests, EditAnswer[] answers, DropTally tally)
    {
        using var rows = work.File.Append("edits");
        for (var i = 0; i < requests.Length; i++)
        {
            var (pair, forward, request) = requests[i];
            if (tally.Keep(answers[i].Texts.Count > 0 ? null : answers[i].Fault ?? "no text", $"{request.Reference} / {request.Target}"))
            {
                foreach (var (place, text) in answers[i].Texts.Take(_kept).Index())
                {
                    rows.CreateRow().AppendValue(pair).AppendValue(forward).AppendValue(place).AppendValue(text).AppendValue(answers[i].Source).EndRow();
                }
            }
        }
    }
}
