namespace CoVR.Benchmarks.Queries;

/// <summary>A query with what is right, and the ways to ask it.</summary>
/// <param name="IsRight">The scenes that answer it.</param>
/// <param name="Ways">The query by the name of the way, in the order of the table.</param>
internal sealed record QueryTask(Func<Look, bool> IsRight, IReadOnlyDictionary<string, ComposedQuery> Ways);

/// <summary>Makes queries whose right answers are known.</summary>
/// <param name="world">The world.</param>
/// <param name="targets">Scenes that training never shows.</param>
/// <param name="seed">Draws references and phrases.</param>
internal sealed class QueryTasks(QueryWorld world, Look[] targets, int seed)
{
    private readonly Random _random = new(seed);
    private readonly Dictionary<string, string[]> _values = Look.Attributes.ToDictionary(attribute => attribute, attribute => world.Looks.Select(look => look[attribute]).Distinct().Order(StringComparer.Ordinal).ToArray());

    /// <summary>One edit, as training has them.</summary>
    public IEnumerable<QueryTask> Single() => Each(1, (target, reference, changed) => new QueryTask(look => look == target, new Dictionary<string, ComposedQuery>
    {
        ["one edit"] = Pair(reference, Edit(target, changed[0])),
    }));

    /// <summary>One edit, and a value of the reference that is not wanted any more: every other value is right.</summary>
    public IEnumerable<QueryTask> Negation() => Each(2, (target, reference, changed) =>
    {
        var (edit, attribute) = (Edit(target, changed[0]), changed[1]);
        var word = QueryPhrases.Word(attribute, reference.Look[attribute]);
        return new QueryTask(look => look != reference.Look && look.With(attribute, "") == target.With(attribute, "") && look[attribute] != reference.Look[attribute], new Dictionary<string, ComposedQuery>
        {
            ["parts"] = new([Media(reference), Text(edit), Text(word) with { Role = QueryRole.Unwanted }]),
            ["part dropped"] = Pair(reference, edit),
            ["part in the text"] = Pair(reference, $"{edit}, but not {word}"),
        });
    });

    /// <summary>One edit, and a value of the reference that is to be kept.</summary>
    public IEnumerable<QueryTask> Kept() => Each(1, (target, reference, changed) =>
    {
        var (edit, word) = (Edit(target, changed[0]), QueryPhrases.Word(changed[1], target[changed[1]]));
        return new QueryTask(look => look == target, new Dictionary<string, ComposedQuery>
        {
            ["parts"] = new([Media(reference), Text(edit), Text(word) with { Role = QueryRole.Kept }]),
            ["part dropped"] = Pair(reference, edit),
            ["part in the text"] = Pair(reference, $"{edit}, still {word}"),
        });
    });

    /// <summary>Two pictures that agree in all but two attributes: one has the right value of the first, the other of the second.</summary>
    public IEnumerable<QueryTask> TwoReferences() => EachPair((target, first, second, changed) => new QueryTask(look => look == target, new Dictionary<string, ComposedQuery>
    {
        ["parts"] = new([Media(first), Media(second)]),
        ["first alone"] = new([Media(first)]),
        ["second alone"] = new([Media(second)]),
        ["first and the names in the text"] = Pair(first, $"the {changed[0]} of this, the {changed[1]} of that"),
    }));

    /// <summary>Two or three turns of one edit each.</summary>
    public IEnumerable<QueryTask> Turns(int count) => Each(count, (target, reference, changed) =>
    {
        string[] edits = [.. changed.Take(count).Select(attribute => Edit(target, attribute))];
        var query = Pair(reference, edits[0]);
        foreach (var edit in edits.Skip(1))
        {
            query = new ComposedQuery([Text(edit)], query);
        }

        return new QueryTask(look => look == target, new Dictionary<string, ComposedQuery>
        {
            ["parts"] = query,
            ["earlier turns dropped"] = Pair(reference, edits[^1]),
            ["turns in one text"] = Pair(reference, string.Join(", ", edits)),
        });
    });

    /// <summary>The same phrases without the words that the vocabulary lacks.</summary>
    public IEnumerable<QueryTask> KnownWords() => Paraphrases().Select(task => task with
    {
        Ways = task.Ways.ToDictionary(way => way.Key, way => new ComposedQuery([way.Value.Parts[0], Text(world.KnownWords(way.Value.Parts[1].Text!))])),
    });

    /// <summary>One edit in phrases that training never uses.</summary>
    public IEnumerable<QueryTask> Paraphrases() => Each(1, (target, reference, changed) => new QueryTask(
        look => look == target,
        QueryPhrases.Paraphrases.Prepend("").ToDictionary(phrase => phrase.Length == 0 ? "as in training" : phrase, phrase => Pair(
            reference, phrase.Length == 0 ? Edit(target, changed[0]) : QueryPhrases.Filled(phrase, changed[0], target[changed[0]])))));

    private IEnumerable<QueryTask> Each(int changes, Func<Look, Shown, string[], QueryTask> make) => targets.Select(target =>
    {
        while (true)
        {
            string[] changed = [.. Look.Attributes];
            _random.Shuffle(changed);
            var look = changed.Take(changes).Aggregate(target, Other);
            if (world.Reference(look, _random) is { } media)
            {
                return make(target, new Shown(look, media), changed);
            }
        }
    });

    private IEnumerable<QueryTask> EachPair(Func<Look, Shown, Shown, string[], QueryTask> make) => targets.Select(target =>
    {
        while (true)
        {
            string[] changed = [.. Look.Attributes];
            _random.Shuffle(changed);
            var (first, second) = (Other(target, changed[1]), Other(target, changed[0]));
            if (world.Reference(first, _random) is { } one && world.Reference(second, _random) is { } two)
            {
                return make(target, new Shown(first, one), new Shown(second, two), changed);
            }
        }
    });

    private Look Other(Look look, string attribute)
    {
        string[] others = [.. _values[attribute].Where(value => value != look[attribute])];
        return look.With(attribute, others[_random.Next(others.Length)]);
    }

    private string Edit(Look target, string attribute) => QueryPhrases.Edit(attribute, target[attribute], _random);

    private static QueryPart Media(Shown shown) => QueryPart.OfMedia(shown.Media);

    private static QueryPart Text(string text) => QueryPart.OfText(text);

    private static ComposedQuery Pair(Shown shown, string text) => new(shown.Media, text);

    private sealed record Shown(Look Look, MediaSource Media);
}
