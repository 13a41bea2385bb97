using CoVR.TestSupport;

namespace CoVR.EndToEnd.Tests;

/// <summary>Where a sample was built, in the configuration of these tests.</summary>
internal static class SampleProgram
{
    /// <summary>The program of a sample.</summary>
    /// <param name="folder">For example <c>01-QuickStart</c>, whose program is QuickStart.</param>
    public static string Of(string folder)
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(TestFolders.Repository, "samples", folder, "bin", here.Parent!.Name, here.Name, $"{folder.Split('-')[1]}.dll");
    }
}
