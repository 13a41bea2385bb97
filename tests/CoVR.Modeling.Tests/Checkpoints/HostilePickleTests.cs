using System.IO.Compression;
using System.Text;
using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;

namespace CoVR.Modeling.Tests.Checkpoints;

public sealed class HostilePickleTests : IDisposable
{
    private static readonly byte[] Storage = new byte[16];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("posix", "system")]
    [InlineData("os", "system")]
    [InlineData("builtins", "eval")]
    [InlineData("__builtin__", "exec")]
    [InlineData("subprocess", "Popen")]
    [InlineData("torch", "load")]
    public void Tensors_CallOfAnotherFunction_IsNamedAndNeverRun(string module, string name)
    {
        var marker = _folder["marker"];
        var pickle = PickleBytes.Protocol2.Entry("weight").Global(module, name).Op('(').Text($"touch {marker}").Op('t').Op('R').EndEntry();

        var error = Assert.Throws<CheckpointException>(() => Open(pickle, checkpoint => checkpoint.Tensors()));

        Assert.Contains($"{module}.{name}", error.Message, StringComparison.Ordinal);
        Assert.False(File.Exists(marker));
    }

    [Fact]
    public void Tensors_CallAtTheTop_IsNamed()
    {
        var pickle = PickleBytes.Protocol2.Global("posix", "system").Op('(').Text("true").Op('t').Op('R').End();

        Assert.Contains("posix.system", Assert.Throws<CheckpointException>(() => Open(pickle, checkpoint => checkpoint.Tensors())).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("__builtin__", "set")]
    [InlineData("builtins", "set")]
    [InlineData("builtins", "frozenset")]
    public void Content_SetBesideTensors_IsASet(string module, string name)
    {
        var pickle = PickleBytes.Protocol2.Op('}').Op('(')
            .Text("weight").Tensor([2, 2], [2, 1])
            .Text("set").Global(module, name).Op(']').Op('(').Int(1).Int(2).Int(1).Op('e').Op(0x85).Op('R')
            .Op('u').End();

        Open(pickle, checkpoint =>
        {
            Assert.Equal(["weight"], checkpoint.Tensors().Keys);
            var set = Assert.IsAssignableFrom<IReadOnlySet<object>>(((IReadOnlyDictionary<object, object?>)checkpoint.Content!)["set"]);
            Assert.Equal([1L, 2L], set.Order());
        });
    }

    [Fact]
    public void Open_SetOfAList_IsRefused()
    {
        var pickle = PickleBytes.Protocol2.Entry("set").Global("builtins", "set").Op(']').Op(']').Op('a').Op(0x85).Op('R').EndEntry();

        Assert.Contains("a set holds a list", Assert.Throws<CheckpointException>(() => Open(pickle, _ => { })).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Tensors_UnknownCallBesideTheWantedDictionary_IsInert()
    {
        var pickle = PickleBytes.Protocol2.Op('}').Op('(')
            .Text("evil").Global("posix", "system").Op('(').Text("true").Op('t').Op('R')
            .Text("object").Global("my.module", "Thing").Op(')').Op(0x81).Entry("a").Int(5).Op('s').Op('b')
            .Text("model").Entry("weight").Tensor([2, 2], [2, 1]).Op('s')
            .Op('u').End();

        Open(pickle, checkpoint =>
        {
            Assert.Equal(["weight"], checkpoint.Tensors("model").Keys);
            var content = (IReadOnlyDictionary<object, object?>)checkpoint.Content!;
            Assert.True(Assert.IsType<CheckpointObject>(content["evil"]).IsCall);
            var thing = Assert.IsType<CheckpointObject>(content["object"]);
            Assert.Equal(("my.module.Thing", false), (thing.Class, thing.IsCall));
            Assert.Equal(5L, ((IReadOnlyDictionary<object, object?>)thing.State!)["a"]);
        });
    }

    [Fact]
    public void Content_HostileObjects_AreInertData()
    {
        var marker = _folder["marker"];
        var command = $"touch {marker}";
        var pickle = PickleBytes.Protocol2.Op('}').Op('(')
            .Text("reduce").Global("posix", "system").Text(command).Op(0x85).Op('R')
            .Text("stack global").Op(0x8c, 5).Op("posix"u8).Op(0x8c, 6).Op("system"u8).Op(0x93).Text(command).Op(0x85).Op('R')
            .Text("new").Global("subprocess", "Popen").Text(command).Op(0x85).Op(0x81)
            .Text("new with names").Global("subprocess", "Popen").Text(command).Op(0x85).Op('}').Op(0x92)
            .Text("built").Global("importlib.machinery", "SourceFileLoader").Op(')').Op(0x81).Entry("__setstate__").Text(command).Op('s').Op('b')
            .Text("result called").Global("builtins", "getattr").Op('(').Global("posix", "x").Text("system").Op('t').Op('R').Text(command).Op(0x85).Op('R')
            .Text("filled").Global("evil", "List").Op(')').Op('R').Text(command).Op('a').Op('(').Int(1).Int(2).Op('u')
            .Op('u').End();

        Open(pickle, checkpoint =>
        {
            var content = (IReadOnlyDictionary<object, object?>)checkpoint.Content!;
            Assert.Equal(
                ["posix.system", "posix.system", "subprocess.Popen", "subprocess.Popen", "importlib.machinery.SourceFileLoader", "builtins.getattr", "evil.List"],
                content.Values.Select(value => Assert.IsType<CheckpointObject>(value).Class));
            Assert.Equal([true, true, false, false, false, true, true], content.Values.Select(value => ((CheckpointObject)value!).IsCall));
            Assert.Equal([command], ((CheckpointObject)content["filled"]!).Items);
        });
        Assert.False(File.Exists(marker));
    }

    public static TheoryData<string, byte[]> Malformed => new()
    {
        { "storage that has", PickleBytes.Protocol2.Entry("w").Tensor([3, 2], [2, 1]).EndEntry() },
        { "storage that has", PickleBytes.Protocol2.Entry("w").Tensor([4], [1], offset: 1).EndEntry() },
        { "storage that has", PickleBytes.Protocol2.Entry("w").Tensor([4], [1], offset: -1).EndEntry() },
        { "storage that has", PickleBytes.Protocol2.Entry("w").Tensor([2], [4]).EndEntry() },
        { "impossible shape", PickleBytes.Protocol2.Entry("w").Tensor([-2], [1]).EndEntry() },
        { "impossible shape", PickleBytes.Protocol2.Entry("w").Tensor([2], [-1]).EndEntry() },
        { "impossible shape", PickleBytes.Protocol2.Entry("w").Tensor([2, 2], [1]).EndEntry() },
        { "impossible shape", PickleBytes.Protocol2.Entry("w").Tensor([long.MaxValue, long.MaxValue], [0, 0]).EndEntry() },
        { "impossible shape", PickleBytes.Protocol2.Entry("w").Tensor([3, 3], [long.MaxValue, long.MaxValue]).EndEntry() },
        { "repeats a storage", PickleBytes.Protocol2.Entry("w").Tensor([1 << 20, 1 << 20], [0, 0]).EndEntry() },
        { "announces", PickleBytes.Protocol2.Entry("w").Tensor([2], [1], elements: 1L << 60).EndEntry() },
        { "announces", PickleBytes.Protocol2.Entry("w").Tensor([2], [1], elements: -1).EndEntry() },
        { "lacks the storage", PickleBytes.Protocol2.Entry("w").Tensor([2], [1], key: "7").EndEntry() },
        { "lacks the storage", PickleBytes.Protocol2.Entry("w").Tensor([2], [1], key: "../data.pkl").EndEntry() },
        { "instead of the announced 20", PickleBytes.Protocol2.Entry("w").Tensor([2], [1], elements: 5).EndEntry() },
        { "unknown kind", PickleBytes.Protocol2.Entry("w").Tensor([2], [1], kind: "WeirdStorage").EndEntry() },
        { "twice", PickleBytes.Protocol2.Op('}').Op('(').Text("a").Int(1).Text("a").Int(2).Op('u').End() },
        { "has no value", PickleBytes.Protocol2.Op('}').Op('(').Text("a").Op('u').End() },
        { "used as a key", PickleBytes.Protocol2.Op('}').Op(']').Int(1).Op('s').End() },
        { "empty stack", PickleBytes.Protocol2.Op('s').End() },
        { "empty stack", PickleBytes.Protocol2.Int(1).Op('(').Op('0').End() },
        { "no mark", PickleBytes.Protocol2.Op('t').End() },
        { "instead of one value", PickleBytes.Protocol2.End() },
        { "instead of one value", PickleBytes.Protocol2.Int(1).Int(2).End() },
        { "protocol 9", new PickleBytes(0x80, 9).Int(1).End() },
        { "instruction 0x69", PickleBytes.Protocol2.Op('(').Op('i').Op("os\nsystem\n"u8).End() },
        { "instruction 0x6f", PickleBytes.Protocol2.Op('(').Global("os", "system").Text("true").Op('o').End() },
        { "instruction 0x49", PickleBytes.Protocol2.Op('I').Op("1\n"u8).End() },
        { "instruction 0x97", PickleBytes.Protocol2.Op(0x97).End() },
        { "expected a class", PickleBytes.Protocol2.Int(1).Op(')').Op(0x81).End() },
        { "expected a tuple of arguments", PickleBytes.Protocol2.Global("os", "system").Text("true").Op('R').End() },
        { "has none", PickleBytes.Protocol2.Op(']').Op('}').Op('b').End() },
        { "has none", PickleBytes.Protocol2.Global("os", "environ").Op('}').Op('b').End() },
        { "more than the limit of 256", PickleBytes.Protocol2.Op(0x8b).Op(BitConverter.GetBytes(300)).Op(new byte[300]).End() },
        { "truncated", PickleBytes.Protocol2.Op(0x8b).Op(BitConverter.GetBytes(-1)).End() },
        { "not make a plain dense tensor", PickleBytes.Protocol2.Entry("w").Global("torch._utils", "_rebuild_tensor_v2").Op('(').Op(')').Op('t').Op('R').EndEntry() },
        { "not whole numbers", PickleBytes.Protocol2.Entry("w").Global("torch._utils", "_rebuild_tensor_v2").Op('(').Storage("FloatStorage", "0", 4).Int(0).Op('N').Op('N').Op(0x89).OrderedDict().Op('t').Op('R').EndEntry() },
        { "instruction 0x50", PickleBytes.Protocol2.Op('P').Op("x\n"u8).End() },
        { "instruction 0x82", PickleBytes.Protocol2.Op(0x82, 1).End() },
        { "was never set", PickleBytes.Protocol2.Op((byte)'h', 9).End() },
        { "without a name", PickleBytes.Protocol2.Int(1).Op(')').Op('R').End() },
        { "does not refer to a tensor storage", PickleBytes.Protocol2.Text("x").Op('Q').End() },
        { "not make a plain dense tensor", PickleBytes.Protocol2.Global("torch._utils", "_rebuild_sparse_tensor").Op(')').Op('R').End() },
        { "not valid UTF-8", PickleBytes.Protocol2.Op('X').Op(2, 0, 0, 0, 0xC3, 0x28).End() },
        { "truncated", PickleBytes.Protocol2.Op('X').Op(0xFF, 0xFF, 0xFF, 0x7F).End() },
        { "truncated", PickleBytes.Protocol2.Op(0x8d).Op(BitConverter.GetBytes(long.MinValue)).End() },
        { "truncated", PickleBytes.Protocol2.Op(0x8e).Op(BitConverter.GetBytes(long.MaxValue)).End() },
        { "truncated", PickleBytes.Protocol2.Int(1).ToArray() },
        { "not a list", PickleBytes.Protocol2.Int(1).Int(2).Op('a').End() },
        { "too long or not ASCII", PickleBytes.Protocol2.Global(new string('x', 1000), "y").End() },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public void Open_MalformedPickle_SaysWhatIsWrong(string expected, byte[] pickle)
    {
        var error = Assert.Throws<CheckpointException>(() => Open(pickle, checkpoint => checkpoint.Tensors()));

        Assert.Contains(expected, error.Message, StringComparison.Ordinal);
        Assert.Equal(_folder["x.pth"], error.File);
    }

    [Fact]
    public void Open_DeepNesting_StopsAtTheLimit()
    {
        var marks = PickleBytes.Protocol2;
        for (var depth = 0; depth < 100_000; depth++)
        {
            marks.Op('(');
        }

        Assert.Contains("nested deeper", Assert.Throws<CheckpointException>(() => Open(marks.End())).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DeepListsWithoutMarks_AreReadWithoutRecursion()
    {
        var pickle = PickleBytes.Protocol2.Entry("x");
        for (var depth = 0; depth < 200_000; depth++)
        {
            pickle.Op(']');
        }

        for (var depth = 1; depth < 200_000; depth++)
        {
            pickle.Op('a');
        }

        Open(pickle.EndEntry(), checkpoint => Assert.Empty(checkpoint.Tensors()));
    }

    [Fact]
    public void Open_ManySharedReferences_DoNotMultiply()
    {
        // The pickle of "a billion laughs": forty levels of lists that hold the one below twice.
        var pickle = PickleBytes.Protocol2.Entry("x").Op(']');
        for (byte level = 0; level < 40; level++)
        {
            pickle.Op((byte)'q', level).Op('0').Op(']').Op((byte)'h', level).Op('a').Op((byte)'h', level).Op('a');
        }

        Open(pickle.EndEntry(), checkpoint => Assert.Empty(checkpoint.Tensors()));
    }

    [Fact]
    public void Open_OverTheLimits_IsRefused()
    {
        var pickle = PickleBytes.Protocol2.Op(']').Op('(').Int(1).Int(2).Int(3).Op('e').Op((byte)'q', 0).Op((byte)'q', 1).End();
        PickleBytes.WriteZip(_folder["x.pth"], pickle);

        Check(new CheckpointReadLimits { Instructions = 5 }, "longer than any");
        Check(new CheckpointReadLimits { PickleBytes = 8 }, "longer than any");
        Check(new CheckpointReadLimits { Memory = 100 }, "far more than");
        Check(new CheckpointReadLimits { Nesting = 0 }, "nested deeper than 0");
        Checkpoint.Open(_folder["x.pth"], CheckpointReadLimits.Default).Dispose();

        void Check(CheckpointReadLimits limits, string expected) =>
            Assert.Contains(expected, Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.pth"], limits)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_BigEndianOrTorchScriptOrCompressed_IsRefused()
    {
        var pickle = PickleBytes.Protocol2.Entry("w").Tensor([4], [1]).EndEntry();
        Expect("big", ("archive/data/0", Storage), ("archive/byteorder", "big"u8.ToArray()));
        Expect("TorchScript", ("archive/data/0", Storage), ("archive/constants.pkl", pickle));
        Expect("twice", ("archive/data/0", Storage), ("archive/data/0", Storage));
        Expect("2 'data.pkl' entries", ("archive/data/0", Storage), ("other/data.pkl", pickle));

        using (var archive = ZipFile.Open(_folder["z.pth"], ZipArchiveMode.Create))
        {
            using var entry = archive.CreateEntry("archive/data.pkl", CompressionLevel.Optimal).Open();
            entry.Write(Encoding.ASCII.GetBytes(new string('a', 1000)));
        }

        Assert.Contains("compressed", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["z.pth"])).Message, StringComparison.Ordinal);

        void Expect(string expected, params (string, byte[])[] entries)
        {
            PickleBytes.WriteZip(_folder["x.pth"], pickle, entries);
            Assert.Contains(expected, Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.pth"])).Message, StringComparison.Ordinal);
        }
    }

    private void Open(byte[] pickle, Action<Checkpoint>? use = null)
    {
        PickleBytes.WriteZip(_folder["x.pth"], pickle, ("archive/data/0", Storage));
        using var checkpoint = Checkpoint.Open(_folder["x.pth"]);
        use?.Invoke(checkpoint);
    }
}
