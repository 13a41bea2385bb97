namespace CoVR.Benchmarks.Teach;

/// <summary>The words of the synthetic world that name the value of an attribute; each has one meaning.</summary>
internal static class WorldWords
{
    public static readonly string[] Shapes = ["circle", "triangle", "cross", "ring", "bar"];
    public static readonly string[] Colours = ["red", "yellow", "green", "blue", "purple", "pink"];
    public static readonly string[] Grounds = ["snow", "sand", "stone", "grass", "night"];
    public static readonly string[] Sizes = ["small", "medium", "large"];
    private static readonly string[] Positions = ["centre", "left", "right", "top", "bottom"];

    private static readonly HashSet<string> Values = [.. Shapes, .. Colours, .. Sizes, .. Grounds, .. Positions];

    /// <summary>Shape, colour, size, background, position.</summary>
    public static IReadOnlyList<string[]> Attributes { get; } = [Shapes, Colours, Sizes, Grounds, Positions];

    /// <summary>The values that a text names, in its order.</summary>
    public static IReadOnlyList<string> In(string text) => [.. text.Split((char[])[' ', ',', ':', ';'], StringSplitOptions.RemoveEmptyEntries).Where(Values.Contains)];

    /// <summary>How many attributes differ between two captions.</summary>
    public static int Differences(string reference, string target) => In(target).Except(In(reference)).Count();
}
