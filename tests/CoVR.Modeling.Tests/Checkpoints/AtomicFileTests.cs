using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;

namespace CoVR.Modeling.Tests.Checkpoints;

/// <summary>Files appear whole or not at all.</summary>
public sealed class AtomicFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Write_OverAFile_ReplacesItAndLeavesNothingElse()
    {
        File.WriteAllText(_folder["recalls.json"], "an older and longer text");

        AtomicFile.Write(_folder["recalls.json"], file => file.Write("{}"u8));

        Assert.Equal("{}", File.ReadAllText(_folder["recalls.json"]));
        Assert.Single(Directory.EnumerateFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void Write_ThatCannotTakeItsPlace_LeavesNothingBeside()
    {
        Directory.CreateDirectory(_folder["recalls.json"]);

        Assert.ThrowsAny<Exception>(() => AtomicFile.Write(_folder["recalls.json"], file => file.Write("{}"u8)));

        Assert.Equal([_folder["recalls.json"]], Directory.EnumerateFileSystemEntries(_folder.FullName));
    }

    [Fact]
    public void RemoveUnfinished_KilledWriters_RemovesTheirFilesOnly()
    {
        string[] names = ["ckpt_0.ckpt", "ckpt_0.ckpt.abcdefgh.ijk.tmp", "ckpt_12.ckpt.x.tmp", "mine.tmp", "steps.csv.x.y.tmp"];
        Array.ForEach(names, name => File.WriteAllText(_folder[name], ""));

        AtomicFile.RemoveUnfinished(_folder.FullName, "ckpt_*", "run-state.safetensors");

        Assert.Equal(["ckpt_0.ckpt", "mine.tmp", "steps.csv.x.y.tmp"], Directory.GetFiles(_folder.FullName).Select(Path.GetFileName).Order(StringComparer.Ordinal));
    }
}
