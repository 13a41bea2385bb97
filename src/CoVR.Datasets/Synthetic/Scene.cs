using CoVR.Storage;

namespace CoVR.Datasets.Synthetic;

/// <summary>A combination of attributes; many pictures may show the same one.</summary>
internal readonly record struct Scene(SceneShape Shape, SceneColour Colour, SceneSize Size, SceneBackground Background, ScenePosition Position)
{
    /// <summary>The attributes an edit can change.</summary>
    public static IReadOnlyList<SceneAttribute> Attributes { get; } = Enum.GetValues<SceneAttribute>();

    /// <summary>Every combination, in a fixed order.</summary>
    public static IReadOnlyList<Scene> All { get; } =
    [
        .. from shape in Enum.GetValues<SceneShape>()
           from colour in Enum.GetValues<SceneColour>()
           from size in Enum.GetValues<SceneSize>()
           from background in Enum.GetValues<SceneBackground>()
           from position in Enum.GetValues<ScenePosition>()
           select new Scene(shape, colour, size, background, position),
    ];

    /// <summary>How many values an attribute has.</summary>
    public static int CountOf(SceneAttribute attribute) => attribute switch
    {
        SceneAttribute.Shape => Enum.GetValues<SceneShape>().Length,
        SceneAttribute.Colour => Enum.GetValues<SceneColour>().Length,
        SceneAttribute.Size => Enum.GetValues<SceneSize>().Length,
        SceneAttribute.Background => Enum.GetValues<SceneBackground>().Length,
        _ => Enum.GetValues<ScenePosition>().Length,
    };

    /// <summary>The value of an attribute as a number.</summary>
    public int this[SceneAttribute attribute] => attribute switch
    {
        SceneAttribute.Shape => (int)Shape,
        SceneAttribute.Colour => (int)Colour,
        SceneAttribute.Size => (int)Size,
        SceneAttribute.Background => (int)Background,
        _ => (int)Position,
    };

    /// <summary>The same scene with another value of one attribute.</summary>
    public Scene With(SceneAttribute attribute, int value) => attribute switch
    {
        SceneAttribute.Shape => this with { Shape = (SceneShape)value },
        SceneAttribute.Colour => this with { Colour = (SceneColour)value },
        SceneAttribute.Size => this with { Size = (SceneSize)value },
        SceneAttribute.Background => this with { Background = (SceneBackground)value },
        _ => this with { Position = (ScenePosition)value },
    };

    /// <summary>The same scene with a different value, drawn at random, of each given attribute.</summary>
    public Scene Change(IEnumerable<SceneAttribute> attributes, Random random)
    {
        var scene = this;
        foreach (var attribute in attributes)
        {
            var count = CountOf(attribute);
            scene = scene.With(attribute, (scene[attribute] + 1 + random.Next(count - 1)) % count);
        }

        return scene;
    }

    /// <summary>The values of all attributes by their names, in lower case.</summary>
    public IReadOnlyDictionary<string, string> Describe() => new (object Name, object Value)[]
    {
        (SceneAttribute.Shape, Shape), (SceneAttribute.Colour, Colour), (SceneAttribute.Size, Size), (SceneAttribute.Background, Background), (SceneAttribute.Position, Position),
    }.ToDictionary(pair => $"{pair.Name}".ToLowerInvariant(), pair => $"{pair.Value}".ToLowerInvariant());

    /// <summary>The attributes in which two scenes differ.</summary>
    public IReadOnlyList<SceneAttribute> DifferencesFrom(Scene other)
    {
        var scene = this;
        return [.. Attributes.Where(attribute => scene[attribute] != other[attribute])];
    }
}
