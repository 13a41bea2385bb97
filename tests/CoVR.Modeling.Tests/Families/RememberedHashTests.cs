using CoVR.Modeling.Families;
using CoVR.TestSupport;

namespace CoVR.Modeling.Tests.Families;

/// <summary>The cache folder is an environment variable of the process.</summary>
[Collection("alone")]
public sealed class RememberedHashTests : IDisposable
{
    private const string Model = "blip";

    private static readonly string Hash = new('a', 64);

    private readonly TemporaryFolder _folder = new();
    private readonly string? _cache = Environment.GetEnvironmentVariable("COVR_CACHE");
    private readonly string _weights;

    public RememberedHashTests()
    {
        Environment.SetEnvironmentVariable("COVR_CACHE", _folder["cache"]);
        RememberedHash.Clock = new LaterClock();
        _weights = _folder["weights.pth"];
        File.WriteAllText(_weights, "weights");
    }

    public void Dispose()
    {
        RememberedHash.Clock = null;
        Environment.SetEnvironmentVariable("COVR_CACHE", _cache);
        _folder.Dispose();
    }

    [Fact]
    public void Find_OfTheSameFile_GivesWhatWasRemembered()
    {
        Assert.Null(Look().Find());

        Look().Remember(Hash);

        Assert.Equal(Hash, Look().Find());
        Assert.Null(Look(model: "blip2").Find());
        File.Copy(_weights, _folder["copy.pth"]);
        Assert.Null(RememberedHash.Of([_folder["copy.pth"]], Model)!.Find());
    }

    [Fact]
    public void Find_FileRewrittenWithEqualSizeAndTime_FindsNothing()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux tells when an inode was changed.");
        var modified = File.GetLastWriteTimeUtc(_weights);
        Look().Remember(Hash);

        File.WriteAllText(_weights, "WEIGHTS");
        File.SetLastWriteTimeUtc(_weights, modified);

        Assert.Null(Look().Find());
    }

    [Fact]
    public void Find_FileReplacedByAnother_FindsNothing()
    {
        Look().Remember(Hash);

        File.WriteAllText(_folder["other"], "WEIGHTS");
        File.SetLastWriteTimeUtc(_folder["other"], File.GetLastWriteTimeUtc(_weights));
        File.Move(_folder["other"], _weights, overwrite: true);

        Assert.Null(Look().Find());
    }

    [Fact]
    public void Remember_OfAFileThatWasJustWritten_RemembersNothing()
    {
        RememberedHash.Clock = null;

        Look().Remember(Hash);

        Assert.Null(Look().Find());
    }

    [Fact]
    public void Remember_OfAFileChangedMeanwhile_RemembersNothing()
    {
        var looked = Look();
        File.AppendAllText(_weights, "!");

        looked.Remember(Hash);

        Assert.False(looked.IsCurrent());
        Assert.Null(Look().Find());
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[1]")]
    [InlineData("{\"x\":1}")]
    public void Find_InADamagedCache_FindsNothingAndRemembersAgain(string content)
    {
        Directory.CreateDirectory(_folder["cache"]);
        File.WriteAllText(_folder["cache", "weights-hashes.json"], content);
        Assert.Null(Look().Find());

        Look().Remember(Hash);

        Assert.Equal(Hash, Look().Find());
    }

    [Fact]
    public void Remember_OfManyAtOnce_LeavesAWholeFile()
    {
        Parallel.For(0, 16, i => Look(model: $"{i}").Remember(Hash));

        Assert.Contains(Enumerable.Range(0, 16), i => Look(model: $"{i}").Find() == Hash);
        Assert.Equal([_folder["cache", "weights-hashes.json"]], Directory.GetFiles(_folder["cache"]));
    }

    [Fact]
    public void Of_AFolderOrNoFile_GivesNothing()
    {
        Assert.Null(RememberedHash.Of([_folder.FullName], Model));
        Assert.Null(RememberedHash.Of([_weights, _folder["missing.pth"]], Model));
    }

    private RememberedHash Look(string model = Model) => RememberedHash.Of([_weights], model)!;

    private sealed class LaterClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddMinutes(1);
    }
}
