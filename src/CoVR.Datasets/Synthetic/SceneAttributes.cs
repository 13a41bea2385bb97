namespace CoVR.Datasets.Synthetic;

/// <summary>What an object is.</summary>
internal enum SceneShape
{
    Circle,
    Triangle,
    Cross,
    Ring,
    Bar,
}

/// <summary>What colour an object has.</summary>
internal enum SceneColour
{
    Red,
    Yellow,
    Green,
    Blue,
    Purple,
    Pink,
}

/// <summary>How large an object is.</summary>
internal enum SceneSize
{
    Small,
    Medium,
    Large,
}

/// <summary>What lies behind an object.</summary>
internal enum SceneBackground
{
    Snow,
    Sand,
    Stone,
    Grass,
    Night,
}

/// <summary>Where an object is.</summary>
internal enum ScenePosition
{
    Centre,
    Left,
    Right,
    Top,
    Bottom,
}

/// <summary>What an edit can change.</summary>
internal enum SceneAttribute
{
    Shape,
    Colour,
    Size,
    Background,
    Position,
}
