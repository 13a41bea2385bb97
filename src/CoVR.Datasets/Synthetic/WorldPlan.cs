using CoVR.Storage;

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
        var clips = Marked(_options.TrainingItems, _options.TrainingClips);
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
        var clipped = DrawClips(gallery, pairs, clips);
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

    // Half of the clips are targets, a quarter references of other queries, the rest anything, all spread over the gallery.
    private static HashSet<Scene> DrawClips(List<Scene> gallery, (Scene Reference, Scene Target)[] pairs, int count)
    {
        var targets = Marked(pairs.Length, count / 2);
        var clips = pairs.Where((_, i) => targets[i]).Select(pair => pair.Target).ToHashSet();
        (Scene Reference, Scene Target)[] others = [.. pairs.Where((_, i) => !targets[i])];
        var references = Marked(others.Length, count / 4);
        clips.UnionWith(others.Where((_, i) => references[i]).Select(pair => pair.Reference));
        foreach (var scene in gallery.Skip(pairs.Length).TakeWhile(_ => clips.Count < count))
        {
            clips.Add(scene);
        }

        return clips;
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

    // Marks evenly spaced items.
    private static bool[] Marked(int things, int marked)
    {
        var flags = new bool[things];
        for (var i = 0; i < Math.Min(things, marked); i++)
        {
            flags[(int)((long)i * things / Math.Min(things, marked))] = true;
        }

        return flags;
    }
}

/// <summary>One file of a world.</summary>
/// <param name="Id">Its identity, for example <c>test/000042</c>.</param>
/// <param name="Scene">What it shows.</param>
/// <param name="IsClip">Whether it is a video.</param>
/// <param name="Number">Its index in the world, which seeds its random variations.</param>
internal sealed record WorldItem(string Id, Scene Scene, bool IsClip, int Number);

/// <summary>One row of the annotations.</summary>
/// <param name="Reference">The reference.</param>
/// <param name="Target">The right answer.</param>
/// <param name="ReferenceCaption">Describes the reference.</param>
/// <param name="TargetCaption">Describes the target.</param>
/// <param name="Edit">What to change.</param>
internal sealed record WorldTriplet(WorldItem Reference, WorldItem Target, string ReferenceCaption, string TargetCaption, string Edit);

/// <summary>One split: its files, its rows, and for validation and test its gallery.</summary>
/// <param name="Items">Files; for validation and test these are the gallery, with every scene once.</param>
/// <param name="Triplets">Rows.</param>
internal sealed record WorldSplit(IReadOnlyList<WorldItem> Items, IReadOnlyList<WorldTriplet> Triplets);
