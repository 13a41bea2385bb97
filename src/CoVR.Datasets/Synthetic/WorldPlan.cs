namespace CoVR.Datasets.Synthetic;

/// <summary>Decides what a world shows: which combinations belong to which split, its pictures and its triplets.</summary>
/// <remarks>
/// Targets of validation and test are combinations of their own, so training never shows them; their references are
/// combinations that training does show. A test gallery has each combination once, so that a query has one right answer.
/// </remarks>
internal sealed class WorldPlan
{
    private const int NearMisses = 2;

    private readonly SyntheticWorldOptions _options;
    private readonly Random _random;
    private int _number;

    /// <summary>Draws a world.</summary>
    public WorldPlan(SyntheticWorldOptions options)
    {
        (_options, _random) = (options, new Random(options.Seed));
        var scenes = Scene.All.ToArray();
        _random.Shuffle(scenes);
        var test = scenes[..options.TestQueries];
        var validation = scenes[options.TestQueries..(options.TestQueries + options.ValidationQueries)];
        var seen = scenes[(options.TestQueries + options.ValidationQueries)..];
        Train = PlanTraining(seen);
        Validation = PlanQueries("val", validation, seen, 0, 0);
        Test = PlanQueries("test", test, seen, options.GalleryItems, options.GalleryClips);
    }

    /// <summary>Pictures of every combination that is not a target of the other splits.</summary>
    public WorldSplit Train { get; }

    /// <summary>Watched during training.</summary>
    public WorldSplit Validation { get; }

    /// <summary>Reported.</summary>
    public WorldSplit Test { get; }

    private WorldSplit PlanTraining(Scene[] seen)
    {
        var clips = Spread(_options.TrainingItems, _options.TrainingClips);
        WorldItem[] items = [.. Enumerable.Range(0, _options.TrainingItems).Select(i => Item("train", i, seen[i % seen.Length], clips[i]))];
        var byScene = items.ToLookup(item => item.Scene);
        List<WorldTriplet> triplets = [];
        while (triplets.Count < _options.TrainingTriplets)
        {
            var target = items[_random.Next(items.Length)];
            var references = byScene[target.Scene.Change(DrawAttributes(), _random)].ToArray();
            if (references.Length > 0)
            {
                triplets.Add(Triplet(references[_random.Next(references.Length)], target));
            }
        }

        return new WorldSplit(items, triplets);
    }

    private WorldSplit PlanQueries(string folder, Scene[] targets, Scene[] seen, int size, int clips)
    {
        var allowed = seen.ToHashSet();
        var pairs = targets.Select(target => (Reference: DrawReference(target, allowed), Target: target)).ToArray();
        List<Scene> gallery = [.. targets.Concat(pairs.Select(pair => pair.Reference)).Concat(pairs.SelectMany(DrawNearMisses)).Distinct()];
        gallery.AddRange(seen.Except(gallery).Take(Math.Max(0, size - gallery.Count)).ToArray());
        var references = pairs.Select(pair => pair.Reference).ToHashSet();
        var clipped = DrawClips(gallery, targets.Length, references, clips);
        var order = gallery.ToArray();
        _random.Shuffle(order);
        WorldItem[] items = [.. order.Select((scene, i) => Item(folder, i, scene, clipped.Contains(scene)))];
        var byScene = items.ToDictionary(item => item.Scene);
        return new WorldSplit(items, [.. pairs.Select(pair => Triplet(byScene[pair.Reference], byScene[pair.Target]))]);
    }

    private Scene DrawReference(Scene target, HashSet<Scene> allowed)
    {
        while (true)
        {
            var reference = target.Change(DrawAttributes(), _random);
            if (allowed.Contains(reference))
            {
                return reference;
            }
        }
    }

    // The right edit on the wrong object: what the edit asks for is there, something else differs from the target.
    private Scene[] DrawNearMisses((Scene Reference, Scene Target) pair)
    {
        var kept = Scene.Attributes.Except(pair.Target.DifferencesFrom(pair.Reference)).ToArray();
        _random.Shuffle(kept);
        return [.. kept.Take(NearMisses).Select(attribute => pair.Target.Change([attribute], _random))];
    }

    private HashSet<Scene> DrawClips(List<Scene> gallery, int targets, HashSet<Scene> references, int count)
    {
        var half = Math.Min(count / 2, targets);
        var quarter = references.Take(count / 4);
        var rest = gallery.Skip(targets).Where(scene => !references.Contains(scene));
        return [.. gallery.Take(half).Concat(quarter).Concat(rest).Take(count)];
    }

    // Half of the edits change one attribute, half two.
    private SceneAttribute[] DrawAttributes()
    {
        SceneAttribute[] attributes = [.. Scene.Attributes];
        _random.Shuffle(attributes);
        return attributes[..(1 + _random.Next(2))];
    }

    private WorldItem Item(string folder, int index, Scene scene, bool isClip) =>
        new(FormattableString.Invariant($"{folder}/{index:D6}"), scene, isClip, _number++);

    private WorldTriplet Triplet(WorldItem reference, WorldItem target) => new(
        reference,
        target,
        SceneLanguage.Caption(reference.Scene, _random),
        SceneLanguage.Caption(target.Scene, _random),
        SceneLanguage.Edit(reference.Scene, target.Scene, _random));

    private static bool[] Spread(int items, int marked)
    {
        var flags = new bool[items];
        for (var i = 0; i < marked; i++)
        {
            flags[(int)((long)i * items / marked)] = true;
        }

        return flags;
    }
}
