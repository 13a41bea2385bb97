using System.Globalization;
using CoVR.Retrieval;

namespace CoVR.Benchmarks.Queries;

/// <summary>Asks the quick start's models queries of several parts whose right answers are known.</summary>
internal static class QueriesCommand
{
    public const string Name = "queries";
    private const string Only = "only=";
    private const int Resamples = 2000;

    /// <summary>Runs it.</summary>
    /// <param name="args"><c>test</c> or <c>val</c>, then folders that <c>covr demo --seed SEED --output FOLDER</c> made, each as <c>SEED=FOLDER</c>; with <c>val</c> every way of combining is compared. <c>only=turns</c> takes the queries whose name has the word.</param>
    public static async Task<int> RunAsync(string[] args)
    {
        var (split, folders) = (args[0], args[1..].Where(arg => !arg.StartsWith(Only, StringComparison.Ordinal)).ToArray());
        var only = Array.Find(args, arg => arg.StartsWith(Only, StringComparison.Ordinal))?[Only.Length..] ?? "";
        var tables = new SortedDictionary<string, OrderedDictionary<string, List<int[]>>>(StringComparer.Ordinal);
        foreach (var folder in folders)
        {
            var (seed, path) = folder.Split('=', 2) is [var number, var rest] ? (int.Parse(number, CultureInfo.InvariantCulture), rest) : throw new ArgumentException($"Write SEED=FOLDER, not {folder}.");
            await using var world = await QueryWorld.OpenAsync(path, seed);
            foreach (var near in split == "test" && only.Length == 0 ? new[] { false, true } : [])
            {
                var overlaps = await MomentTasks.OverlapsAsync(world, world.Unseen(split)[..100], near, seed);
                Console.WriteLine(FormattableString.Invariant($"seed {seed}: of 100 moments among {(near ? "near" : "other")} scenes, {overlaps.Count(overlap => overlap >= 0.5)} overlap by half, {overlaps.Count(overlap => overlap >= 0.8)} by 0.8; mean {overlaps.Average():F3}"));
            }

            foreach (var (name, tasks) in TasksOf(world, split, seed).Where(some => some.Name.Contains(only, StringComparison.Ordinal)))
            {
                var table = tables.TryGetValue(name, out var known) ? known : tables[name] = [];
                foreach (var (way, ranks) in await RanksAsync(world, split, tasks))
                {
                    (table.TryGetValue(way, out var rows) ? rows : table[way] = []).Add(ranks);
                }
            }
        }

        foreach (var (name, table) in tables)
        {
            Console.WriteLine($"\n{name}, {split}, {table.First().Value.Sum(ranks => ranks.Length)} queries");
            Console.WriteLine("| way | R@1 (each seed) | R@5 | R@10 |\n|---|---|---|---|");
            foreach (var (way, seeds) in table)
            {
                Console.WriteLine($"| {way} | {Cell(seeds, 1)} ({string.Join(", ", seeds.Select(ranks => Share(ranks, 1).ToString("F1", CultureInfo.InvariantCulture)))}) | {Cell(seeds, 5)} | {Cell(seeds, 10)} |");
            }
        }

        return 0;
    }

    private static IEnumerable<(string Name, QueryTask[] Tasks)> TasksOf(QueryWorld world, string split, int seed)
    {
        var targets = world.Unseen(split);
        while (targets.Length < 400)
        {
            targets = [.. targets, .. targets];
        }

        targets = targets[..400];
        var tasks = new QueryTasks(world, targets, seed);
        yield return ("1 one edit", [.. tasks.Single()]);
        yield return ("2 negation", [.. tasks.Negation()]);
        yield return ("3 two references", [.. tasks.TwoReferences()]);
        yield return ("4 two turns", [.. tasks.Turns(2)]);
        yield return ("5 three turns", [.. tasks.Turns(3)]);
        yield return ("6 paraphrases", [.. tasks.Paraphrases()]);
        yield return ("7 kept", [.. tasks.Kept()]);
        if (split == "val")
        {
            yield return ("8 paraphrases without unknown words", [.. tasks.KnownWords()]);
        }
    }

    private static async Task<IReadOnlyList<(string Way, int[] Ranks)>> RanksAsync(QueryWorld world, string split, QueryTask[] tasks)
    {
        List<(string, int[])> rows = [];
        var pairs = new PairTable(world.Pipeline);
        foreach (var way in tasks[0].Ways.Keys)
        {
            IQueryCombiner?[] combiners = way != "parts" ? new IQueryCombiner?[] { null } : split == "val" ? QueryWays.All : [world.Pipeline.Combiner];
            foreach (var combiner in combiners)
            {
                var sets = await pairs.EmbedAsync([.. tasks.Select(task => task.Ways[way])], combiner);
                rows.Add((combiner is null ? way : $"parts: {combiner.Name}", [.. tasks.Zip(sets, (task, set) => world.RankOf(set, task.IsRight))]));
            }
        }

        return rows;
    }

    /// <summary>The embeddings of pairs, each computed once, in batches.</summary>
    private sealed class PairTable(RetrievalPipeline pipeline)
    {
        private readonly Dictionary<ComposedQuery, EmbeddingSet> _known = [];

        /// <summary>Embeds pairs, or with a combiner queries of more parts.</summary>
        public async Task<IReadOnlyList<EmbeddingSet>> EmbedAsync(IReadOnlyList<ComposedQuery> queries, IQueryCombiner? combiner)
        {
            HashSet<ComposedQuery> asked = [.. combiner is null ? queries : []];
            foreach (var query in combiner is null ? [] : queries)
            {
                await combiner!.CombineAsync(query, Note, CancellationToken.None);
            }

            ComposedQuery[] missing = [.. asked.Where(pair => !_known.ContainsKey(pair))];
            foreach (var (pair, set) in missing.Zip(await pipeline.EmbedQueriesAsync(missing)))
            {
                _known[pair] = set;
            }

            return combiner is null ? [.. queries.Select(query => _known[query])] : [.. await Task.WhenAll(queries.Select(query => combiner.CombineAsync(query, Find, CancellationToken.None).AsTask()))];

            Task<IReadOnlyList<EmbeddingSet>> Note(IReadOnlyList<ComposedQuery> some, CancellationToken cancellationToken)
            {
                asked.UnionWith(some);
                return Task.FromResult<IReadOnlyList<EmbeddingSet>>([.. some.Select((_, i) => new EmbeddingSet(new float[] { 1, i + 1 }, 1, 2))]);
            }

            Task<IReadOnlyList<EmbeddingSet>> Find(IReadOnlyList<ComposedQuery> some, CancellationToken cancellationToken) =>
                Task.FromResult<IReadOnlyList<EmbeddingSet>>([.. some.Select(pair => _known[pair])]);
        }
    }

    private static double Share(IEnumerable<int> ranks, int k) => 100 * ranks.Average(rank => rank <= k ? 1.0 : 0);

    // The share of all seeds' queries, with the 95 % interval of the bootstrap over queries.
    private static string Cell(List<int[]> seeds, int k)
    {
        var (all, random) = (seeds.SelectMany(ranks => ranks).ToArray(), new Random(1));
        var drawn = Enumerable.Range(0, Resamples).Select(_ => Share(Enumerable.Range(0, all.Length).Select(_ => all[random.Next(all.Length)]), k)).Order().ToArray();
        return FormattableString.Invariant($"{Share(all, k):F1} [{drawn[Resamples / 40]:F1}, {drawn[Resamples - 1 - (Resamples / 40)]:F1}]");
    }
}
