using System.Text;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Checkpoints.Files;
using CoVR.TestSupport;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Checkpoints;

/// <summary>What files of torch.save may hold, in both of its forms, with the bytes written by hand.</summary>
[Collection("torch")]
public sealed class FileFormTests : IDisposable
{
    private static readonly float[] Numbers = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string> Forms => ["zip", "legacy"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Read_ViewsOfASharedStorage_HaveTheirOwnValues(string form)
    {
        var pickle = PickleBytes.Protocol2.Op('}').Op('(')
            .Text("whole").Tensor([3, 4], [4, 1], elements: 12)
            .Text("transposed").Tensor([4, 3], [1, 4], elements: 12)
            .Text("column").Tensor([3], [4], offset: 2, elements: 12)
            .Text("every other").Tensor([2, 2], [8, 2], offset: 1, elements: 12)
            .Text("expanded").Tensor([2, 3], [0, 1], offset: 9, elements: 12)
            .Op('u').End();
        using var checkpoint = Open(form, pickle, Bytes(Numbers), 12);

        Check("whole", Numbers, 3, 4);
        Check("transposed", [1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12], 4, 3);
        Check("column", [3, 7, 11], 3);
        Check("every other", [2, 4, 10, 12], 2, 2);
        Check("expanded", [10, 11, 12, 10, 11, 12], 2, 3);

        void Check(string name, float[] expected, params long[] shape)
        {
            using var values = checkpoint.Tensors()[name].Read();
            Assert.Equal(shape, values.shape);
            Assert.Equal(expected, values.data<float>().ToArray());
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Read_Parameters_AreTensors(string form)
    {
        var pickle = PickleBytes.Protocol2.Op('}').Op('(')
            .Text("plain").Global("torch._utils", "_rebuild_parameter").Op('(').Tensor([2, 2], [2, 1], elements: 12).Op(0x88).OrderedDict().Op('t').Op('R')
            .Text("with state").Global("torch._utils", "_rebuild_parameter_with_state").Op('(').Tensor([2], [1], offset: 4, elements: 12).Op(0x88).OrderedDict().Op('}').Op('t').Op('R')
            .Text("with attributes").Global("torch._tensor", "_rebuild_from_type_v2").Op('(')
            .Global("torch._utils", "_rebuild_tensor_v2").Global("torch.nn.parameter", "Parameter")
            .Op('(').Storage("FloatStorage", "0", 12).Int(6).Tuple(2).Tuple(1).Op(0x89).OrderedDict().Op('t').Op('}').Op('t').Op('R')
            .Op('u').End();
        using var checkpoint = Open(form, pickle, Bytes(Numbers), 12);

        Assert.Equal([1f, 2, 3, 4], checkpoint.Tensors()["plain"].Read().data<float>().ToArray());
        Assert.Equal([5f, 6], checkpoint.Tensors()["with state"].Read().data<float>().ToArray());
        Assert.Equal([7f, 8], checkpoint.Tensors()["with attributes"].Read().data<float>().ToArray());
    }

    [Theory]
    [InlineData("zip", "HalfStorage", ScalarType.Float16)]
    [InlineData("zip", "BFloat16Storage", ScalarType.BFloat16)]
    [InlineData("legacy", "HalfStorage", ScalarType.Float16)]
    [InlineData("legacy", "BFloat16Storage", ScalarType.BFloat16)]
    public void CopyTo_HalfPrecision_ArrivesAsFloat(string form, string kind, ScalarType type)
    {
        var bits = Numbers.SelectMany(value => type == ScalarType.Float16
            ? BitConverter.GetBytes((Half)(value / 8))
            : BitConverter.GetBytes(BitConverter.SingleToInt32Bits(value / 8))[2..]).ToArray();
        using var checkpoint = Open(form, PickleBytes.Protocol2.Entry("w").Tensor([4, 3], [1, 4], elements: 12, kind: kind).EndEntry(), bits, 12);
        var values = zeros(4, 3);

        checkpoint.Tensors()["w"].CopyTo(values);

        Assert.Equal(type, checkpoint.Tensors()["w"].DType);
        Assert.Equal(new float[] { 1, 5, 9, 2, 6, 10, 3, 7, 11, 4, 8, 12 }.Select(value => value / 8), values.data<float>().ToArray());
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Load_FabricFile_TakesTheModelAndKeepsTheRestAsData(string form)
    {
        using var module = new Single();
        using var checkpoint = Open(form, Fabric(), Bytes(Numbers), 12);

        var report = checkpoint.LoadInto(module, new CheckpointMap { Root = "model", RemovedPrefixes = ["module."] });

        Assert.Equal(["weight"], report.Taken);
        Assert.Equal(Numbers, module.Weight.data<float>().ToArray());
        var top = (IReadOnlyDictionary<object, object?>)checkpoint.Content!;
        var scheduler = Assert.IsType<CheckpointObject>(top["scheduler"]);
        Assert.Equal(("src.tools.scheduler.CosineSchedule", false), (scheduler.Class, scheduler.IsCall));
        Assert.Equal(1e-5, ((IReadOnlyDictionary<object, object?>)scheduler.State!)["init_lr"]);
        var optimizer = (IReadOnlyDictionary<object, object?>)top["optimizer"]!;
        var moments = (IReadOnlyDictionary<object, object?>)((IReadOnlyDictionary<object, object?>)optimizer["state"]!)[0L]!;
        Assert.Equal(3L, moments["step"]);
        Assert.Equal([4f, 5, 6], Assert.IsType<CheckpointTensor>(moments["exp_avg"]).Read().data<float>().ToArray());
    }

    [Fact]
    public void Open_BigEndian_IsRefused()
    {
        var pickle = PickleBytes.Protocol2.Entry("w").Tensor([4], [1]).EndEntry();
        PickleBytes.WriteZip(_folder["big.pth"], pickle, ("archive/data/0", new byte[16]), ("archive/byteorder", "big"u8.ToArray()));
        File.WriteAllBytes(_folder["big.pt"], LegacyBytes.Make(pickle, littleEndian: false, ("0", 4, new byte[16])));

        Assert.Contains("byte order is 'big'", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["big.pth"])).Message, StringComparison.Ordinal);
        Assert.Contains("big-endian machine", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["big.pt"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("zip")]
    [InlineData("legacy")]
    [InlineData("safetensors")]
    public void Read_BeyondFourGigabytes_FindsTheBytes(string form)
    {
        // A sparse file: the large tensor is a hole that takes no disk space and is not read.
        const long large = (1L << 30) + 5;
        var path = _folder["large"];
        WriteSparse(path, form, large);
        using var checkpoint = Checkpoint.Open(path);

        Assert.True(new FileInfo(path).Length > 4 * large);
        Assert.Equal([large], checkpoint.Tensors()["large"].Shape);
        Assert.Equal(Numbers, checkpoint.Tensors()["small"].Read().data<float>().ToArray());
    }

    [Fact]
    public void Open_AMillionCaptions_StaysWithinTheLimits()
    {
        const int count = 1_000_000;
        var pickle = PickleBytes.Protocol2.Op('}').Op('(').Text("texts").Op(']').Op('(');
        for (var index = 0; index < count; index++)
        {
            pickle.Text(FormattableString.Invariant($"a caption of a video about thing number {index}")).Op('r').Op(BitConverter.GetBytes(index));
            if (index % 1000 == 999)
            {
                pickle.Op('e').Op('(');
            }
        }

        var end = pickle.Op('e').Text("feats").Tensor([count], [1], elements: count, kind: "HalfStorage").Op('u').End();
        PickleBytes.WriteZip(_folder["x.pth"], end, ("archive/data/0", new byte[2 * count]));
        using var checkpoint = Checkpoint.Open(_folder["x.pth"]);

        var texts = (IReadOnlyList<object?>)((IReadOnlyDictionary<object, object?>)checkpoint.Content!)["texts"]!;
        Assert.Equal(count, texts.Count);
        Assert.Equal("a caption of a video about thing number 999999", texts[^1]);
        Assert.Equal([count], checkpoint.Tensors()["feats"].Shape);
    }

    private static byte[] Bytes(float[] values) => [.. values.SelectMany(BitConverter.GetBytes)];

    // What Lightning Fabric saves: model behind 'module.', optimizer state by number, a schedule as a Python object.
    private static byte[] Fabric() => PickleBytes.Protocol2.Op('}').Op('(')
        .Text("epoch").Int(3)
        .Text("model").OrderedDict().Op('(').Text("module.weight").Tensor([3, 4], [4, 1], elements: 12).Op('u').Op('}').Text("_metadata").OrderedDict().Op('s').Op('b')
        .Text("optimizer").Op('}').Op('(').Text("state").Op('}').Int(0).Op('}').Op('(').Text("step").Int(3).Text("exp_avg").Tensor([3], [1], offset: 3, elements: 12).Op('u').Op('s')
        .Text("param_groups").Op(']').Op('}').Op('(').Text("lr").Double(1e-4).Text("params").Op(']').Int(0).Op('a').Op('u').Op('a').Op('u')
        .Text("scheduler").Global("src.tools.scheduler", "CosineSchedule").Op(')').Op(0x81).Op('}').Op('(').Text("init_lr").Double(1e-5).Text("max_epoch").Int(5).Op('u').Op('b')
        .Op('u').End();

    private static void WriteSparse(string path, string form, long large)
    {
        var pickle = PickleBytes.Protocol2.Op('}').Op('(').Text("large").Tensor([large], [1], elements: large).Text("small").Tensor([12], [1], elements: 12, key: "1").Op('u').End();
        using var file = File.Create(path);
        switch (form)
        {
            case "zip":
                var archive = new StoredZipWriter(file);
                archive.Add("large/data.pkl", pickle);
                archive.Add("large/data/0", 4 * large, _ => file.Seek(4 * large, SeekOrigin.Current));
                archive.Add("large/data/1", Bytes(Numbers));
                archive.Finish();
                break;
            case "legacy":
                file.Write([.. LegacyBytes.Head(pickle, true, ["0", "1"]), .. BitConverter.GetBytes(large)]);
                file.Seek(4 * large, SeekOrigin.Current);
                file.Write([.. BitConverter.GetBytes(12L), .. Bytes(Numbers)]);
                break;
            default:
                var header = Encoding.UTF8.GetBytes(FormattableString.Invariant(
                    $$$"""{"large":{"dtype":"F32","shape":[{{{large}}}],"data_offsets":[0,{{{4 * large}}}]},"small":{"dtype":"F32","shape":[12],"data_offsets":[{{{4 * large}}},{{{(4 * large) + 48}}}]}}"""));
                file.Write([.. BitConverter.GetBytes((long)header.Length), .. header]);
                file.Seek(4 * large, SeekOrigin.Current);
                file.Write(Bytes(Numbers));
                break;
        }
    }

    private Checkpoint Open(string form, byte[] pickle, byte[] storage, long elements)
    {
        var path = _folder[form];
        if (form == "zip")
        {
            PickleBytes.WriteZip(path, pickle, ("archive/data/0", storage));
        }
        else
        {
            File.WriteAllBytes(path, LegacyBytes.Make(pickle, ("0", elements, storage)));
        }

        return Checkpoint.Open(path);
    }

    private sealed class Single : nn.Module
    {
        [ComponentName(Name = "weight")]
        private readonly TorchSharp.Modules.Parameter _weight = new(zeros(3, 4));

        public Single()
            : base(nameof(Single)) => RegisterComponents();

        public Tensor Weight => _weight;
    }
}
