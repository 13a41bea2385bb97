using System.Globalization;

namespace CoVR.EndToEnd.Tests;

/// <summary>What somebody sees who takes the packages into a program of their own.</summary>
public sealed class ConsumerTests(ConsumerApplication consumer) : IClassFixture<ConsumerApplication>
{
    [Fact]
    public void Pack_OfTheSolution_MakesEveryLibraryAndTheConformanceSuites()
    {
        var libraries = Directory.EnumerateDirectories(Path.Combine(CoVR.TestSupport.TestFolders.Repository, "src"))
            .Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any())
            .Select(Path.GetFileName)
            .Where(name => name != "CoVR.Cli")
            .Concat(["CoVR.Conformance", "CoVR.Templates"])
            .Order(StringComparer.Ordinal);

        Assert.Equal(libraries, consumer.Packages);
    }

    [Fact]
    public async Task Run_OfAFreshApplication_EmbedsItsGalleryAndAnswersAQuery()
    {
        var run = (await consumer.RunAsync()).Succeeded("the application");

        AssertAnswered(run.Output);
    }

    [Fact]
    public async Task Run_OfAnApplicationBuiltForOnePlatform_GivesTheSameAnswer()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The platform's name is that of Linux.");
        await consumer.BuildForPlatformAsync("flat");

        var run = (await consumer.RunAsync("flat")).Succeeded("the application built for one platform");

        AssertAnswered(run.Output);
        Assert.Equal(Hits((await consumer.RunAsync()).Output), Hits(run.Output));
    }

    [Fact]
    public async Task Run_WithoutNativePackage_NamesThePackageToAdd()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The folder's name is that of Linux.");
        var (library, aside) = (Path.Combine(consumer.NativeFolder, "libtorch_cpu.so"), Path.Combine(consumer.NativeFolder, "aside"));
        File.Move(library, aside);
        try
        {
            var run = await consumer.RunAsync();

            Assert.NotEqual(0, run.ExitCode);
            Assert.Contains("dotnet add package libtorch-cpu-linux-x64", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            File.Move(aside, library);
        }
    }

    private static void AssertAnswered(string output)
    {
        string[] names = ["red", "green", "blue"];
        Assert.All(names, name => Assert.Contains($"Embedded {name}", output, StringComparison.Ordinal));
        var hits = Hits(output);
        Assert.Equal(["blue", "green"], hits.Select(hit => hit.Split(' ')[2]).Order(StringComparer.Ordinal));
        Assert.Equal(["1", "2"], hits.Select(hit => hit.Split(' ')[1]));
        Assert.All(hits, hit => Assert.InRange(double.Parse(hit.Split(' ')[3], CultureInfo.InvariantCulture), -1.0001, 1.0001));
    }

    private static string[] Hits(string output) =>
        [.. output.Split('\n').Select(line => line.Trim()).Where(line => line.StartsWith("hit ", StringComparison.Ordinal))];
}
