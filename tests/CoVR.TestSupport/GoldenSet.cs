using System.Text.Json;

namespace CoVR.TestSupport;

/// <summary>The numeric fixtures as their manifest lists them.</summary>
public static class GoldenSet
{
    private static readonly Lazy<IReadOnlyList<GoldenCase>> Lazily = new(Load);

    /// <summary>Every case of the manifest.</summary>
    public static IReadOnlyList<GoldenCase> Cases => Lazily.Value;

    private static IReadOnlyList<GoldenCase> Load()
    {
        var manifest = Path.Combine(TestFolders.Golden, "manifest.json");
        using var stream = File.OpenRead(manifest);
        var root = JsonDocument.Parse(stream).RootElement;
        return [.. root.GetProperty("cases").EnumerateArray().Select(element => new GoldenCase(TestFolders.Golden, element))];
    }
}
