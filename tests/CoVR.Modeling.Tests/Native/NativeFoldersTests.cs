using CoVR.Modeling.Native;
using CoVR.TestSupport;

namespace CoVR.Modeling.Tests.Native;

public sealed class NativeFoldersTests
{
    [Fact]
    public void Find_FileInSecondFolder_GivesItsFullPath()
    {
        using var folder = new TemporaryFolder();
        var (first, second) = (Directory.CreateDirectory(folder["a"]).FullName, Directory.CreateDirectory(folder["b"]).FullName);
        File.WriteAllText(Path.Combine(second, "libx.so"), "x");

        Assert.Equal(Path.Combine(second, "libx.so"), new NativeFolders([first, second]).Find("libx.so"));
        Assert.Null(new NativeFolders([first]).Find("libx.so"));
    }

    [Fact]
    public void OfThisProcess_LooksBesideTheApplicationAndUnderRuntimes()
    {
        var folders = NativeFolders.OfThisProcess().All;

        Assert.Contains(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory), folders);
        Assert.Contains(folders, folder => folder.EndsWith(Path.Combine("runtimes", "linux-x64", "native"), StringComparison.Ordinal) || !OperatingSystem.IsLinux());
    }

    [Fact]
    public void Load_BindingWithoutLibtorch_NamesThePackageToAdd()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Linux only.");
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder[NativeFolders.Binding], "no library");

        var error = Assert.Throws<NativeTorchException>(() => LinuxTorchLoader.Load(new NativeFolders([folder.FullName]), mayPatch: true));

        Assert.Contains(NativeFolders.TorchCpu, error.Message, StringComparison.Ordinal);
        Assert.Contains("dotnet add package libtorch-cpu-linux-", error.Message, StringComparison.Ordinal);
        Assert.Contains(folder.FullName, error.Message, StringComparison.Ordinal);
    }
}
