namespace CoVR.TestSupport;

/// <summary>Finds the folders that tests read.</summary>
public static class TestFolders
{
    /// <summary>The folder of <c>CoVR.sln</c>.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The numeric fixtures: the folder named by <c>COVR_GOLDEN</c>, else the copy under <c>tests/</c>.</summary>
    public static string Golden { get; } =
        Environment.GetEnvironmentVariable("COVR_GOLDEN") is { Length: > 0 } folder ? Path.GetFullPath(folder) : Path.Combine(Repository, "tests", "golden");

    private static string FindRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "CoVR.sln")))
            {
                return folder.FullName;
            }
        }

        throw new DirectoryNotFoundException($"No CoVR.sln above {AppContext.BaseDirectory}: run the tests from a checkout.");
    }
}
