using CoVR.TestSupport;

namespace CoVR.Architecture.Tests;

/// <summary>Dependencies point one way; docs/architecture.md draws the arrows that this table holds.</summary>
public sealed class DependencyTests
{
    /// <summary>Which rooms a room stands on; it may use those and what they stand on. A new room is added here and in docs/architecture.md.</summary>
    private static readonly Dictionary<string, string[]> Arrows = new()
    {
        ["CoVR.Abstractions"] = [],
        ["CoVR.Modeling"] = ["CoVR.Abstractions"],
        ["CoVR.Media"] = ["CoVR.Abstractions"],
        ["CoVR.Media.Magick"] = ["CoVR.Media"],
        ["CoVR.Losses"] = ["CoVR.Abstractions"],
        ["CoVR"] = ["CoVR.Abstractions", "CoVR.Media", "CoVR.Modeling"],
        ["CoVR.Blip"] = ["CoVR.Modeling", "CoVR"],
        ["CoVR.Blip2"] = ["CoVR.Modeling", "CoVR"],
        ["CoVR.Datasets"] = ["CoVR"],
        ["CoVR.Training"] = ["CoVR"],
        ["CoVR.Reproduction"] = ["CoVR.Datasets", "CoVR.Training"],
        ["CoVR.Training.Mpi"] = ["CoVR.Training"],
        ["CoVR.Training.Mlflow"] = ["CoVR.Training"],
        ["CoVR.Onnx"] = ["CoVR.Media", "CoVR.Modeling"],
        ["CoVR.PgVector"] = ["CoVR"],
        ["CoVR.Extensions.AI"] = ["CoVR"],
        ["CoVR.Construction"] = ["CoVR"],
        ["CoVR.AspNetCore"] = ["CoVR"],
        ["CoVR.Reranking"] = ["CoVR"],
    };

    /// <summary>Packages that some rooms isolate; no other library may use their types.</summary>
    private static readonly Dictionary<string, string[]> Isolated = new()
    {
        ["SkiaSharp"] = ["CoVR.Media"],
        ["FFMpegCore"] = ["CoVR.Media"],
        ["Magick.NET-Q8-AnyCPU"] = ["CoVR.Media.Magick"],
        ["Magick.NET.Core"] = ["CoVR.Media.Magick"],
        ["MetadataExtractor"] = ["CoVR"],
        ["Microsoft.ML.OnnxRuntime"] = ["CoVR.Onnx"],
        ["CsvHelper"] = ["CoVR.Datasets"],
        ["DuckDB.NET.Data"] = ["CoVR.Construction"],
        ["DuckDB.NET.Bindings"] = ["CoVR.Construction"],
        ["Npgsql"] = ["CoVR.PgVector"],
        ["Pgvector"] = ["CoVR.PgVector"],
        ["Microsoft.Extensions.AI"] = ["CoVR.Extensions.AI"],
        ["Microsoft.Extensions.AI.Abstractions"] = ["CoVR.Extensions.AI", "CoVR.Construction"],
        ["Microsoft.Extensions.VectorData.Abstractions"] = ["CoVR.Extensions.AI"],
        ["Microsoft.AspNetCore.OpenApi"] = ["CoVR.AspNetCore"],
        ["ModelContextProtocol"] = ["CoVR.AspNetCore"],
        ["ModelContextProtocol.Core"] = ["CoVR.AspNetCore"],
        ["ModelContextProtocol.AspNetCore"] = ["CoVR.AspNetCore"],
    };

    private const string Reproduction = "CoVR.Reproduction";

    public static TheoryData<string> Libraries => [.. SourceProject.Libraries.Keys];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void ProjectReferences_OfALibrary_FollowTheArrows(string library)
    {
        Assert.True(Arrows.ContainsKey(library), $"{library} is a new room: give it its arrows here and in docs/architecture.md.");

        Assert.Empty(SourceProject.Libraries[library].Projects.Except(Reachable(library)));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void AssemblyReferences_OfALibrary_FollowTheArrows(string library)
    {
        var reachable = Reachable(library);

        var used = References(library).Where(name => name == "CoVR" || name.StartsWith("CoVR.", StringComparison.Ordinal));

        Assert.Empty(used.Except(reachable));
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void AssemblyReferences_OfALibrary_LeaveIsolatedPackagesToTheirRoom(string library)
    {
        var foreign = References(library).Where(name => Isolated.TryGetValue(name, out var owners) && !owners.Contains(library));

        Assert.Empty(foreign);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void PackageReferences_OfALibrary_LeaveTheNativeTorchToTheHost(string library)
    {
        var native = SourceProject.Libraries[library].Packages.Where(package =>
            package.StartsWith("libtorch", StringComparison.OrdinalIgnoreCase) ||
            package.StartsWith("TorchSharp-", StringComparison.OrdinalIgnoreCase));

        Assert.Empty(native);
    }

    [Theory]
    [MemberData(nameof(Libraries))]
    public void ProjectReferences_OfALibrary_DoNotReachTheReproduction(string library) =>
        Assert.DoesNotContain(Reproduction, SourceProject.Libraries[library].Projects);

    [Fact]
    public void ProjectReferences_OfSamplesAndBenchmarks_DoNotReachTheReproduction() =>
        Assert.DoesNotContain(SourceProject.In("samples").Concat(SourceProject.In("benchmarks")), project => project.Projects.Contains(Reproduction));

    /// <summary>Internals are open to a library's own tests and to the parity tests, which are the tests of every library with numbers.</summary>
    [Theory]
    [MemberData(nameof(Libraries))]
    public void Internals_OfALibrary_AreOpenToItsOwnTestsOnly(string library)
    {
        Assert.Empty(SourceProject.Libraries[library].Friends.Except([library + ".Tests", "$(MSBuildProjectName).Tests", "CoVR.Parity.Tests"]));
    }

    [Fact]
    public void Sources_OfAProject_AreItsOwn()
    {
        var borrowing = new[] { "src", "tests", "samples", "benchmarks" }.SelectMany(SourceProject.In)
            .Where(project => project.ForeignSources.Count > 0)
            .Select(project => $"{project.Name}: {string.Join(", ", project.ForeignSources)}");

        Assert.Empty(borrowing);
    }

    [Fact]
    public void Projects_OfTheRepository_AreAllInTheSolution()
    {
        var solution = File.ReadAllText(Path.Combine(TestFolders.Repository, "CoVR.sln")).Replace('\\', '/');

        var outside = new[] { "src", "tests", "samples", "benchmarks" }.SelectMany(SourceProject.In)
            .Where(project => !solution.Contains(Path.GetRelativePath(TestFolders.Repository, project.File).Replace('\\', '/'), StringComparison.Ordinal));

        Assert.Empty(outside);
    }

    [Fact]
    public void Libraries_OfTheRepository_EachHaveATestProject()
    {
        var tests = SourceProject.In("tests").Select(project => project.Name).ToHashSet();

        Assert.Subset(tests, SourceProject.Libraries.Keys.Select(name => name + ".Tests").ToHashSet());
    }

    private static HashSet<string> Reachable(string library)
    {
        var found = new HashSet<string>();
        var open = new Stack<string>(Arrows[library]);
        while (open.TryPop(out var next))
        {
            if (found.Add(next))
            {
                Array.ForEach(Arrows[next], open.Push);
            }
        }

        return found;
    }

    private static IEnumerable<string> References(string library) =>
        SourceProject.Libraries[library].Assembly.GetReferencedAssemblies().Select(reference => reference.Name!);
}
