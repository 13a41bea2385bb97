using System.Collections.Concurrent;
using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Finds media in the table <c>drafts</c> that are nearly the same, by comparing each with each.</summary>
/// <param name="vectors">Vectors of the media.</param>
/// <param name="limit">The similarity above which two media are taken for the same.</param>
internal sealed class NearDuplicates(MediaVectors vectors, double limit)
{
    /// <summary>Drops triplets with a medium that is nearly identical to one of a test set.</summary>
    /// <param name="work">The running stage.</param>
    /// <param name="testSets">Embeddings of the test sets' media.</param>
    /// <param name="named">The media that files of test sets name.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task DropLeaksAsync(StageWork work, IGallery testSets, HashSet<string> named, CancellationToken cancellationToken)
    {
        List<string> names = [];
        await foreach (var item in testSets.ListAsync(cancellationToken: cancellationToken).ConfigureAwait(false))
        {
            names.Add(item.Id.Value);
        }

        var known = await ReadAsync(new MediaVectors(testSets), names, cancellationToken).ConfigureAwait(false);
        var media = await ReadAsync(vectors, MediaOf(work.File, cancellationToken), cancellationToken).ConfigureAwait(false);
        var found = Find(media, known, areSame: false, cancellationToken);
        var missing = named.Except(known.Select(item => item.Name)).Count();
        work.Note(FormattableString.Invariant($"by embedding, {media.Count:N0} media were compared with {known.Count:N0} of test sets; {missing:N0} media that test sets name are not among these and were compared by name only"));
        Drop(work, found, cancellationToken);
    }

    /// <summary>The pairs of nearly identical media.</summary>
    public async Task<IReadOnlyList<(string A, string B)>> FindAsync(StageWork work, CancellationToken cancellationToken)
    {
        var media = await ReadAsync(vectors, MediaOf(work.File, cancellationToken), cancellationToken).ConfigureAwait(false);
        var found = Find(media, media, areSame: true, cancellationToken);
        work.Note(FormattableString.Invariant($"by embedding, {media.Count:N0} media were compared with each other: {found.Count:N0} pairs are nearly identical, and no such pair is in two splits"));
        return found;
    }

    private static IReadOnlyList<string> MediaOf(WorkFile file, CancellationToken cancellationToken) =>
        file.Read("SELECT DISTINCT unnest([pth1, pth2]) AS media FROM drafts ORDER BY media", row => row.GetString(0), cancellationToken);

    private static async Task<List<(string Name, float[] Vector)>> ReadAsync(MediaVectors vectors, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        List<(string, float[])> read = [];
        foreach (var name in names)
        {
            if (await vectors.ReadAsync(name, cancellationToken).ConfigureAwait(false) is { } vector)
            {
                read.Add((name, vector));
            }
        }

        return read;
    }

    private List<(string A, string B)> Find(List<(string Name, float[] Vector)> media, List<(string Name, float[] Vector)> others, bool areSame, CancellationToken cancellationToken)
    {
        ConcurrentBag<(string A, string B)> found = [];
        Parallel.For(0, media.Count, new ParallelOptions { CancellationToken = cancellationToken }, a =>
        {
            for (var b = areSame ? a + 1 : 0; b < others.Count; b++)
            {
                if (MediaVectors.Compare(media[a].Vector, others[b].Vector) > limit)
                {
                    found.Add((media[a].Name, others[b].Name));
                }
            }
        });
        return [.. found.Order()];
    }

    private static void Drop(StageWork work, List<(string A, string B)> found, CancellationToken cancellationToken)
    {
        work.File.Execute("CREATE TEMP TABLE leaks (media VARCHAR, known VARCHAR)", cancellationToken);
        using (var rows = work.File.Append("leaks"))
        {
            foreach (var (media, known) in found)
            {
                rows.CreateRow().AppendValue(media).AppendValue(known).EndRow();
            }
        }

        work.Delete(
            "medium nearly identical to one of a test set", "drafts", "pth1 IN (SELECT media FROM leaks) OR pth2 IN (SELECT media FROM leaks)",
            "(SELECT min(concat(media, ' / ', known)) FROM leaks WHERE media IN (pth1, pth2))", cancellationToken);
        work.File.Execute("DROP TABLE leaks", cancellationToken);
    }
}
