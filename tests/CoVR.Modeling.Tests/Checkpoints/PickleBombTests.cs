using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;

namespace CoVR.Modeling.Tests.Checkpoints;

/// <summary>Small pickles whose values would take large memory or long time.</summary>
[Collection("torch")]
public sealed class PickleBombTests : IDisposable
{
    private const long MostBytes = 256L << 20;
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Open_MillionsOfEmptyDictionaries_AreRefused() => Refuse(Repeat(PickleBytes.Protocol2.Op('('), 2_000_000, "}"u8).Op('t').End(), memoryPerByte: 8);

    [Fact]
    public void Open_MillionsOfRememberedValues_AreRefused() => Refuse(Repeat(PickleBytes.Protocol2.Op('N'), 2_000_000, [0x94, (byte)'2']).Op('t').End(), memoryPerByte: 8);

    [Fact]
    public void Open_ATextCopiedAgainAndAgain_IsRefused()
    {
        // _codecs.encode of one remembered text: six bytes for a megabyte.
        var pickle = PickleBytes.Protocol2.Global("_codecs", "encode").Op((byte)'q', 0).Text(new string('x', 1 << 20)).Text("latin1").Op(0x86).Op((byte)'q', 1).Op('(');

        Refuse(Repeat(pickle, 1000, [(byte)'h', 0, (byte)'h', 1, (byte)'R']).Op('t').End());
    }

    [Fact]
    public void Open_ADictionaryMadeAgainAndAgain_IsRefused()
    {
        var pickle = PickleBytes.Protocol2.Global("collections", "OrderedDict").Op((byte)'q', 0).Op(']').Op('(');
        for (var index = 0; index < 10_000; index++)
        {
            pickle.Int(index + 1000).Op('N').Op(0x86);
        }

        pickle.Op('e').Op(0x85).Op((byte)'q', 1).Op('(');
        Refuse(Repeat(pickle, 10_000, [(byte)'h', 0, (byte)'h', 1, (byte)'R']).Op('t').End());
    }

    [Fact]
    public void Open_ObjectsOfOneLongName_ShareIt()
    {
        const int count = 200_000;
        var pickle = PickleBytes.Protocol2.Global(new string('m', 500), new string('n', 500)).Op((byte)'q', 0).Op('0').Op('(');
        PickleBytes.WriteZip(_folder["x.pth"], Repeat(pickle, count, [(byte)'h', 0, (byte)')', 0x81]).Op('t').End());
        var before = GC.GetAllocatedBytesForCurrentThread();

        using var checkpoint = Checkpoint.Open(_folder["x.pth"]);

        Assert.Equal(count, ((IReadOnlyList<object?>)checkpoint.Content!).Count);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, count * 500L);
    }

    [Fact]
    public void Open_LongNamesFromTheStack_AreRefused()
    {
        var pickle = PickleBytes.Protocol2.Text(new string('m', 1 << 16)).Text("n").Op(0x93).End();
        PickleBytes.WriteZip(_folder["x.pth"], pickle);

        Assert.Contains("name is too long", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.pth"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_AStorageOfALongName_IsRefused()
    {
        PickleBytes.WriteZip(_folder["x.pth"], PickleBytes.Protocol2.Entry("w").Tensor([1], [1], key: new string('0', 1 << 16)).EndEntry());

        Assert.Contains("name of a storage is too long", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.pth"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Read_ManyViewsOfOneStorage_VerifiesItOnce()
    {
        // Were the checksum computed for each of them, this would read 40 GB.
        const int count = 10_000;
        var pickle = PickleBytes.Protocol2.Op('}').Op('(');
        for (var index = 0; index < count; index++)
        {
            pickle.Text(FormattableString.Invariant($"t{index}")).Tensor([1], [1], offset: index, elements: 1 << 20);
        }

        PickleBytes.WriteZip(_folder["x.pth"], pickle.Op('u').End(), ("archive/data/0", new byte[4 << 20]));
        using var checkpoint = Checkpoint.Open(_folder["x.pth"]);

        Assert.All(checkpoint.Tensors().Values, tensor =>
        {
            using var values = tensor.Read();
            Assert.Equal(1, values.numel());
        });
    }

    private static PickleBytes Repeat(PickleBytes pickle, int count, ReadOnlySpan<byte> instructions)
    {
        for (var index = 0; index < count; index++)
        {
            pickle.Op(instructions);
        }

        return pickle;
    }

    private void Refuse(byte[] pickle, int memoryPerByte = 0)
    {
        PickleBytes.WriteZip(_folder["x.pth"], pickle);
        var limits = memoryPerByte == 0 ? CheckpointReadLimits.Default : new CheckpointReadLimits { MemoryPerByte = memoryPerByte };
        var before = GC.GetAllocatedBytesForCurrentThread();

        var error = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.pth"], limits));

        Assert.Contains("far more than", error.Message, StringComparison.Ordinal);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, MostBytes);
    }
}
