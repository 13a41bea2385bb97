using CoVR.Cli.Runs;
using CoVR.TestSupport;

namespace CoVR.Cli.Tests.Runs;

/// <summary>Files appear whole or not at all.</summary>
public sealed class WholeFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_OverAFile_ReplacesItAndLeavesNothingElse()
    {
        File.WriteAllText(_folder["recalls.json"], "an older and longer text");

        WholeFile.Write(_folder["recalls.json"], "{}"u8);

        Assert.Equal("{}", File.ReadAllText(_folder["recalls.json"]));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Write_ThatCannotTakeItsPlace_LeavesNothingBeside()
    {
        Directory.CreateDirectory(_folder["recalls.json"]);

        Assert.ThrowsAny<Exception>(() => WholeFile.Write(_folder["recalls.json"], "{}"u8));

        Assert.Equal([_folder["recalls.json"]], Directory.EnumerateFileSystemEntries(_folder.FullName));
    }
}
