namespace CoVR.Training;

/// <summary>Where Open MPI's library and its starter lie. Only version 40 of the library has the interface that is used here; that is Open MPI 2 to 5.</summary>
internal static class MpiPlaces
{
    internal const string LibraryVariable = "COVR_MPI_LIBRARY";
    internal const string StarterVariable = "COVR_MPIRUN";

    /// <summary>Outside the loader's search path: Fedora's module, Homebrew on Apple silicon and on Intel.</summary>
    private static readonly string[] Prefixes = ["/usr/lib64/openmpi", "/opt/homebrew", "/usr/local", "/usr/lib/openmpi", "/opt/openmpi"];

    internal static string LibraryName => OperatingSystem.IsMacOS() ? "libmpi.40.dylib" : "libmpi.so.40";

    /// <summary>Names and paths to try, in this order. A library that is named must be there.</summary>
    internal static IReadOnlyList<string> Libraries() => Environment.GetEnvironmentVariable(LibraryVariable) is { Length: > 0 } named
        ? [named]
        : [LibraryName, .. Prefixes.Select(prefix => Path.Combine(prefix, "lib", LibraryName)), .. BesideStarter()];

    /// <summary>The path of mpirun.</summary>
    /// <exception cref="MpiNotFoundException">There is none.</exception>
    internal static string Starter()
    {
        if (Environment.GetEnvironmentVariable(StarterVariable) is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw new MpiNotFoundException("mpirun", [$"{StarterVariable}={named}"]);
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(Prefixes.Select(prefix => Path.Combine(prefix, "bin")));
        return Find("mpirun", folders) ?? throw new MpiNotFoundException("mpirun", ["mpirun on the path", .. Prefixes.Select(prefix => prefix + "/bin")]);
    }

    /// <summary>A program of the path; null when it is not there.</summary>
    internal static string? OnPath(string program) =>
        Find(program, (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));

    private static string? Find(string program, IEnumerable<string> folders) =>
        folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> BesideStarter() => OnPath("mpirun") is { } starter
        ? [Path.GetFullPath(Path.Combine(Path.GetDirectoryName(starter)!, "..", "lib", LibraryName))]
        : [];
}
