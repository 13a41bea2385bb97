namespace CoVR.Training.Mpi;

/// <summary>Finds Open MPI's library and mpirun. Only version 40 of the library, that is Open MPI 2 to 5, has the interface used here.</summary>
internal static class MpiLocations
{
    internal const string LibraryVariable = "COVR_MPI_LIBRARY";
    internal const string MpirunVariable = "COVR_MPIRUN";

    /// <summary>Prefixes outside the loader's search path: Fedora's module, Homebrew on Apple silicon and on Intel.</summary>
    private static readonly string[] Prefixes = ["/usr/lib64/openmpi", "/opt/homebrew", "/usr/local", "/usr/lib/openmpi", "/opt/openmpi"];

    internal static string LibraryName => OperatingSystem.IsMacOS() ? "libmpi.40.dylib" : "libmpi.so.40";

    /// <summary>Names and paths to try, in this order; only the one of COVR_MPI_LIBRARY if it is set.</summary>
    internal static IReadOnlyList<string> Libraries() => Environment.GetEnvironmentVariable(LibraryVariable) is { Length: > 0 } named
        ? [named]
        : [LibraryName, .. Prefixes.Select(prefix => Path.Combine(prefix, "lib", LibraryName)), .. BesideMpirun()];

    /// <summary>The path of mpirun.</summary>
    /// <exception cref="MpiException">It was not found.</exception>
    internal static string Mpirun()
    {
        if (Environment.GetEnvironmentVariable(MpirunVariable) is { Length: > 0 } named)
        {
            return File.Exists(named) ? named : throw MpiException.NotFound("mpirun", [$"{MpirunVariable}={named}"]);
        }

        var folders = (Environment.GetEnvironmentVariable("PATH") ?? string.Empty)
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Concat(Prefixes.Select(prefix => Path.Combine(prefix, "bin")));
        return Find("mpirun", folders) ?? throw MpiException.NotFound("mpirun", ["mpirun on the PATH", .. Prefixes.Select(prefix => prefix + "/bin")]);
    }

    /// <summary>A program on the PATH; null if it is not found.</summary>
    internal static string? OnPath(string program) =>
        Find(program, (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries));

    private static string? Find(string program, IEnumerable<string> folders) =>
        folders.Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);

    private static IEnumerable<string> BesideMpirun() => OnPath("mpirun") is { } mpirun
        ? [Path.GetFullPath(Path.Combine(Path.GetDirectoryName(mpirun)!, "..", "lib", LibraryName))]
        : [];
}
