namespace CoVR.Datasets.Synthetic;

/// <summary>Describes scenes, and the changes from one scene to another.</summary>
internal static class SceneLanguage
{
    private static readonly string[] Captions =
    [
        "a {size} {colour} {shape} {position} {ground}",
        "{ground}, {position}, a {size} {colour} {shape}",
        "{position} we see a {size} {colour} {shape} {ground}",
        "a {colour} {shape}, {size}, {position} {ground}",
        "one {size} {shape} in {colour}, {position} {ground}",
    ];

    private static readonly string[] ShapeEdits =
        ["make it a {0}", "turn it into a {0}", "replace it with a {0}", "I want a {0} instead", "as a {0}"];

    private static readonly string[] ColourEdits =
        ["make it {0}", "paint it {0}", "change the colour to {0}", "the same in {0}", "it should be {0}"];

    private static readonly string[] SizeEdits =
        ["make it {0}", "change the size to {0}", "I want a {0} one", "resize it to {0}", "it should be {0}"];

    private static readonly string[] BackgroundEdits =
        ["put it {0}", "show it {0}", "the same {0}", "I want it {0}", "change the scene: {0}"];

    private static readonly string[] PositionEdits =
        ["move it: {0}", "shift it, {0}", "it should be {0}", "place it {0}", "I want it {0}"];

    private static readonly string[] Joints = [" and ", ", also ", ", then ", "; "];

    /// <summary>One of several ways to describe a scene.</summary>
    public static string Caption(Scene scene, Random random) => Captions[random.Next(Captions.Length)]
        .Replace("{size}", Word(scene, SceneAttribute.Size), StringComparison.Ordinal)
        .Replace("{colour}", Word(scene, SceneAttribute.Colour), StringComparison.Ordinal)
        .Replace("{shape}", Word(scene, SceneAttribute.Shape), StringComparison.Ordinal)
        .Replace("{position}", Word(scene, SceneAttribute.Position), StringComparison.Ordinal)
        .Replace("{ground}", Word(scene, SceneAttribute.Background), StringComparison.Ordinal);

    /// <summary>One of many ways to ask for the changes that lead from one scene to another.</summary>
    public static string Edit(Scene reference, Scene target, Random random)
    {
        var changes = target.DifferencesFrom(reference).ToArray();
        random.Shuffle(changes);
        return string.Join(Joints[random.Next(Joints.Length)], changes.Select(attribute => Phrase(target, attribute, random)));
    }

    private static string Phrase(Scene target, SceneAttribute attribute, Random random)
    {
        var templates = attribute switch
        {
            SceneAttribute.Shape => ShapeEdits,
            SceneAttribute.Colour => ColourEdits,
            SceneAttribute.Size => SizeEdits,
            SceneAttribute.Background => BackgroundEdits,
            _ => PositionEdits,
        };
        return templates[random.Next(templates.Length)].Replace("{0}", Word(target, attribute), StringComparison.Ordinal);
    }

    private static string Word(Scene scene, SceneAttribute attribute) => attribute switch
    {
        SceneAttribute.Shape => Lower(scene.Shape),
        SceneAttribute.Colour => Lower(scene.Colour),
        SceneAttribute.Size => Lower(scene.Size),
        SceneAttribute.Background => scene.Background switch
        {
            SceneBackground.Snow => "in snow",
            SceneBackground.Sand => "on sand",
            SceneBackground.Stone => "on stone",
            SceneBackground.Grass => "on grass",
            _ => "at night",
        },
        _ => scene.Position switch
        {
            ScenePosition.Centre => "in the centre",
            ScenePosition.Left => "on the left",
            ScenePosition.Right => "on the right",
            ScenePosition.Top => "at the top",
            _ => "at the bottom",
        },
    };

    private static string Lower<T>(T value)
        where T : struct, Enum => value.ToString().ToLowerInvariant();
}
