namespace CoVR.EndToEnd.Tests;

/// <summary>What somebody sees who takes the packages into a program of their own.</summary>
public sealed class ConsumerTests(ConsumerApplication consumer) : IClassFixture<ConsumerApplication>
{
    [Fact]
    public void Pack_OfTheSolution_MakesEveryLibraryAndNothingElse()
    {
        var libraries = Directory.EnumerateDirectories(Path.Combine(CoVR.TestSupport.TestFolders.Repository, "src"))
            .Where(folder => Directory.EnumerateFiles(folder, "*.csproj").Any())
            .Select(Path.GetFileName)
            .Order(StringComparer.Ordinal);

        Assert.Equal(libraries, consumer.Packages);
    }

    [Fact]
    public async Task Run_OfAFreshApplication_Works()
    {
        var run = (await consumer.RunAsync()).Succeeded("the application");

        Assert.Contains("sum 12", run.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OfAnApplicationBuiltForOnePlatform_Works()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The platform's name is that of Linux.");
        await consumer.BuildForPlatformAsync("flat");

        var run = (await consumer.RunAsync("flat")).Succeeded("the application built for one platform");

        Assert.Contains("sum 12", run.Output, StringComparison.Ordinal);
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
}
