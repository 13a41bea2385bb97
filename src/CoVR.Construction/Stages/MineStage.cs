using CoVR.Construction.Work;

namespace CoVR.Construction.Stages;

/// <summary>Finds pairs of captions that differ in one or two words, by a hash of each caption without them.</summary>
/// <param name="options">Which captions make a pair.</param>
/// <param name="seed">The seed of samples.</param>
internal sealed class MineStage(MiningOptions options, int seed) : Stage
{
    // XOR of hashes of (word, position): leaving a word out is one XOR more. The outer hash is needed, because the inner one is itself an XOR of both.
    private const string Hashes = """
        (SELECT caption, hashes, list_reduce(hashes, lambda a, b: xor(a, b)) AS total
            FROM (SELECT caption, list_transform(string_split(text, ' '), lambda w, i: hash(hash(w, i))) AS hashes FROM captions))
        """;

    private const string OneSlot = $"SELECT caption, xor(total, unnest(hashes)) AS key, unnest(range(1, len(hashes) + 1))::UTINYINT AS slot FROM {Hashes}";

    private const string TwoSlots = $"""
        SELECT caption, xor(total, xor(hashes[slot], hashes[other])) AS key, slot::UTINYINT AS slot, other::UTINYINT AS other
        FROM (SELECT *, unnest(range(slot + 1, len(hashes) + 1)) AS other FROM (SELECT *, unnest(range(1, len(hashes))) AS slot FROM {Hashes}))
        """;

    // The longer caption without a word has the key of the shorter one.
    private const string Insertions = """
        CREATE TEMP TABLE members AS
        SELECT l.key, l.slot, l.caption, s.caption AS shorter, count(*) OVER (PARTITION BY l.key) AS size
        FROM (SELECT caption, key, min(slot) AS slot
            FROM (SELECT caption, slot, list_reduce(list_transform(list_concat(words[:slot - 1], words[slot + 1:]), lambda w, i: hash(hash(w, i))), lambda a, b: xor(a, b)) AS key
                FROM (SELECT caption, words, unnest(range(1, len(words) + 1)) AS slot FROM (SELECT caption, string_split(text, ' ') AS words FROM captions) WHERE len(words) > 1))
            GROUP BY caption, key) l
        JOIN (SELECT caption, list_reduce(list_transform(string_split(text, ' '), lambda w, i: hash(hash(w, i))), lambda a, b: xor(a, b)) AS key FROM captions) s USING (key);
        """;

    /// <inheritdoc/>
    public override ConstructionStage Name => ConstructionStage.Mine;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Tables => ["caption_pairs"];

    /// <inheritdoc/>
    public override IReadOnlyList<ConstructionStage> Reads => [ConstructionStage.Collect];

    /// <inheritdoc/>
    public override IEnumerable<string> DescribeInputs() => [Describe(options), $"{seed}"];

    /// <inheritdoc/>
    public override Task RunAsync(StageWork work, CancellationToken cancellationToken)
    {
        var file = work.File;
        file.Execute("""
            SET preserve_insertion_order = false;
            CREATE TEMP TABLE captions AS SELECT (row_number() OVER ())::INTEGER AS caption, text FROM (SELECT DISTINCT text FROM items);
            CREATE TEMP TABLE found (text_a VARCHAR, text_b VARCHAR, word_a VARCHAR, word_b VARCHAR, slot UTINYINT);
            """, cancellationToken);
        AddChanges(work, OneSlot, ["slot"], "a[slot + 1:] = b[slot + 1:]", cancellationToken);
        if (options.Words == 2)
        {
            AddChanges(work, TwoSlots, ["slot", "other"], "a[slot + 1:other - 1] = b[slot + 1:other - 1] AND a[other + 1:] = b[other + 1:]", cancellationToken);
        }

        if (options.Insertions)
        {
            file.Execute(Insertions, cancellationToken);
            SampleLargeGroups(work, "slot", cancellationToken);
            AddPairs(file, "SELECT shorter AS a, caption AS b, slot FROM members", "text_a, text_b, '', b[slot], slot", "list_concat(b[:slot - 1], b[slot + 1:]) = a", cancellationToken);
        }

        file.Execute("""
            CREATE TABLE caption_pairs AS SELECT (row_number() OVER (ORDER BY text_a, text_b))::INTEGER AS pair, * FROM found;
            DROP TABLE found;
            DROP TABLE captions;
            SET preserve_insertion_order = true;
            """, cancellationToken);
        return Task.CompletedTask;
    }

    /// <summary>Adds pairs of equally long captions that differ in each of some slots.</summary>
    /// <param name="work">The running stage.</param>
    /// <param name="slots">Rows of caption, key and slots.</param>
    /// <param name="names">The columns of the slots, in ascending order.</param>
    /// <param name="equalAfter">The comparison of what comes after the first slot, without the others.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private void AddChanges(StageWork work, string slots, string[] names, string equalAfter, CancellationToken cancellationToken)
    {
        var columns = string.Join(", ", names);
        work.File.Execute($"""
            CREATE TEMP TABLE slots AS {slots};
            CREATE TEMP TABLE families AS SELECT key, count(*) AS size FROM slots GROUP BY key HAVING count(*) > 1;
            CREATE TEMP TABLE members AS SELECT key, {columns}, caption, size FROM slots JOIN families USING (key);
            DROP TABLE slots;
            DROP TABLE families;
            """, cancellationToken);
        SampleLargeGroups(work, columns, cancellationToken);
        var (a, b) = (Words("a"), Words("b"));
        AddPairs(
            work.File,
            $"SELECT a.caption AS a, b.caption AS b, {string.Join(", ", names.Select(name => $"a.{name}"))} FROM members a JOIN members b ON a.key = b.key AND a.caption < b.caption",
            $"least(text_a, text_b), greatest(text_a, text_b), CASE WHEN text_a < text_b THEN {a} ELSE {b} END, CASE WHEN text_a < text_b THEN {b} ELSE {a} END, slot",
            $"len(a) = len(b) AND a[:slot - 1] = b[:slot - 1] AND {equalAfter} AND {string.Join(" AND ", names.Select(name => $"a[{name}] <> b[{name}]"))}",
            cancellationToken);

        string Words(string caption) => $"concat_ws(' ', {string.Join(", ", names.Select(name => $"{caption}[{name}]"))})";
    }

    /// <summary>Keeps the members of a large group whose hash with the seed is smallest.</summary>
    private void SampleLargeGroups(StageWork work, string slots, CancellationToken cancellationToken)
    {
        work.File.Execute($"""
            CREATE TEMP TABLE surplus AS SELECT * EXCLUDE place
            FROM (SELECT m.*, text, row_number() OVER (PARTITION BY key ORDER BY md5(concat(text, ' {seed}')), text) AS place
                FROM members m JOIN captions USING (caption) WHERE size > {options.MaxGroup})
            WHERE place > {options.MaxGroup};
            """, cancellationToken);
        var dropped = work.File.Number("SELECT count(*) FROM surplus", cancellationToken);
        if (dropped > 0)
        {
            work.Drop($"caption of a group larger than {options.MaxGroup}{(slots.Contains(',', StringComparison.Ordinal) ? " (two words)" : "")}", dropped, work.File.Read(
                $"SELECT text FROM surplus ORDER BY text LIMIT {StageWork.MaxExamples}", row => row.GetString(0), cancellationToken));
            foreach (var note in work.File.Read(
                $"""
                SELECT DISTINCT concat('"', array_to_string(list_transform(string_split(text, ' '), lambda w, i: CASE WHEN i IN ({slots}) THEN '…' ELSE w END), ' '), '" has ', size, ' captions, of which {options.MaxGroup} were drawn'), size
                FROM surplus ORDER BY 2 DESC, 1 LIMIT 10
                """, row => row.GetString(0), cancellationToken))
            {
                work.Note(note);
            }

            work.File.Execute("DELETE FROM members USING surplus WHERE members.key = surplus.key AND members.caption = surplus.caption", cancellationToken);
        }

        work.File.Execute("DROP TABLE surplus", cancellationToken);
    }

    /// <summary>Adds candidates whose words are really equal but for the slots: hashes may collide.</summary>
    /// <param name="file">The work file.</param>
    /// <param name="candidates">Rows of a, b and slots.</param>
    /// <param name="found">The row that is added.</param>
    /// <param name="check">The comparison of word lists a and b.</param>
    /// <param name="cancellationToken">Ends it.</param>
    private static void AddPairs(WorkFile file, string candidates, string found, string check, CancellationToken cancellationToken) => file.Execute($"""
        CREATE TEMP TABLE candidates AS {candidates};
        CREATE TEMP TABLE involved AS SELECT caption, text FROM captions SEMI JOIN (SELECT a AS caption FROM candidates UNION ALL SELECT b FROM candidates) USING (caption);
        CREATE TEMP TABLE texts AS SELECT x.text AS text_a, y.text AS text_b, c.* EXCLUDE (a, b) FROM candidates c JOIN involved x ON x.caption = a JOIN involved y ON y.caption = b;
        INSERT INTO found SELECT {found} FROM (SELECT *, string_split(text_a, ' ') AS a, string_split(text_b, ' ') AS b FROM texts) WHERE {check};
        DROP TABLE candidates;
        DROP TABLE involved;
        DROP TABLE texts;
        DROP TABLE members;
        """, cancellationToken);
}
