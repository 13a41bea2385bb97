using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>Where samples and benchmarks were built, in the configuration of these tests.</summary>
internal static class SampleProgram
{
    /// <summary>The program of a sample.</summary>
    /// <param name="folder">For example <c>01-QuickStart</c>, whose program is QuickStart.</param>
    public static string Of(string folder) => Built(Path.Combine("samples", folder), folder.Split('-')[1]);

    /// <summary>The program of the benchmarks.</summary>
    public static string Benchmarks => Built(Path.Combine("benchmarks", "CoVR.Benchmarks"), "CoVR.Benchmarks");

    private static string Built(string folder, string name)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(TestFolders.Repository, folder, "bin", here.Parent!.Name, here.Name, $"{name}.dll");
    }
}
