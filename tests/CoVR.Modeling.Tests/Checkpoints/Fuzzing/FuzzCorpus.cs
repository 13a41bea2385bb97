using System.Text;

namespace CoVR.Modeling.Tests.Checkpoints.Fuzzing;

/// <summary>Honest files from which mutants are made; together they hold every instruction and form that the readers know.</summary>
internal static class FuzzCorpus
{
    /// <summary>Bytes of storage '0'.</summary>
    public static byte[] Storage { get; } = [.. Enumerable.Range(0, 64).SelectMany(index => BitConverter.GetBytes(index / 4f))];

    /// <summary>Pickles over storage '0' of 64 floats.</summary>
    public static IReadOnlyList<byte[]> Pickles { get; } = [Checkpoint(), Modern(), Plain()];

    /// <summary>The header of a safetensors file with 64 bytes of data.</summary>
    public static string Header { get; } =
        """{"__metadata__":{"format":"pt","made by":"a test"},"a":{"dtype":"F32","shape":[2,4],"data_offsets":[0,32]},"b.weight":{"dtype":"F16","shape":[8],"data_offsets":[32,48]},"c":{"dtype":"I64","shape":[],"data_offsets":[48,56]},"d":{"dtype":"BOOL","shape":[2,1,4],"data_offsets":[56,64]},"empty":{"dtype":"BF16","shape":[0,3],"data_offsets":[64,64]}}""";

    /// <summary>The entries of an archive.</summary>
    public static RawEntry[] Entries(byte[] pickle) =>
        [new("archive/data.pkl", pickle), new("archive/byteorder", "little"u8.ToArray()), new("archive/data/0", Storage) { Padding = 20 }, new("archive/version", "3\n"u8.ToArray())];

    /// <summary>A file of the older form.</summary>
    public static byte[] Legacy(byte[] pickle) => LegacyBytes.Make(pickle, ("0", 64, Storage));

    /// <summary>A safetensors file.</summary>
    public static byte[] Safetensors(string header)
    {
        var bytes = Encoding.UTF8.GetBytes(header);
        return [.. BitConverter.GetBytes((long)bytes.Length), .. bytes, .. Storage[..64]];
    }

    // Model, optimizer and a schedule, as Lightning Fabric saves them.
    private static byte[] Checkpoint() => PickleBytes.Protocol2.Op('}').Op((byte)'q', 0).Op('(')
        .Text("model").OrderedDict().Op((byte)'q', 1).Op('(')
        .Text("module.a").Tensor([8, 8], [8, 1], elements: 64)
        .Text("module.t").Tensor([8, 4], [1, 8], offset: 4, elements: 64)
        .Text("module.p").Global("torch._utils", "_rebuild_parameter").Op('(').Tensor([3], [2], elements: 64).Op(0x88).OrderedDict().Op('t').Op('R').Op('u')
        .Op('}').Text("_metadata").OrderedDict().Op('s').Op('b')
        .Text("optimizer").Op('}').Op('(').Text("state").Op('}').Int(0).Op('}').Text("exp_avg").Tensor([4], [1], elements: 64).Op('s').Op('s')
        .Text("lr").Double(1e-4).Text("betas").Double(0.9).Double(0.98).Op(0x86).Text("params").Op(']').Op('(').Int(0).Int(1).Int(70_000).Op('e').Op('u')
        .Text("scheduler").Global("src.tools.scheduler", "CosineSchedule").Op(')').Op(0x81).Op('}').Text("init_lr").Double(1e-5).Op('s').Op('b')
        .Op('u').End();

    // Instructions of protocols 4 and 5.
    private static byte[] Modern() => new PickleBytes(0x80, 5).Op(0x95).Op(BitConverter.GetBytes(200L)).Op('}').Op(0x94).Op('(')
        .Op(0x8c, 1).Op("w"u8).Op(0x94)
        .Op(0x8c, 12).Op("torch._utils"u8).Op(0x8c, 18).Op("_rebuild_tensor_v2"u8).Op(0x93).Op(0x94).Op('(')
        .Storage("FloatStorage", "0", 64).Int(0).Int(8).Int(8).Op(0x86).Int(8).Int(1).Op(0x86).Op(0x89).OrderedDict().Op('t').Op('R')
        .Op(0x8c, 1).Op("s"u8).Op(0x8f).Op('(').Int(1).Text("x").Op(0x90)
        .Op(0x8c, 1).Op("f"u8).Op('(').Int(2).Op('N').Op(0x91)
        .Op(0x8c, 1).Op("b"u8).Op((byte)'C', 3, 1, 2, 3)
        .Op(0x8c, 1).Op("l"u8).Op(0x8a, 9).Op(new byte[8]).Op(1)
        .Op(0x8d).Op(BitConverter.GetBytes(2L)).Op("me"u8).Op((byte)'h', 1)
        .Op('u').End();

    private static byte[] Plain() => PickleBytes.Protocol2.Op('(')
        .Text("w").Tensor([2, 2], [2, 1], elements: 64)
        .Text("size").Global("torch", "Size").Int(2).Int(3).Op(0x86).Op(0x85).Op('R')
        .Text("bytes").Global("_codecs", "encode").Text("\u00e9\u00ff").Text("latin1").Op(0x86).Op('R')
        .Text("device").Global("torch", "device").Text("cpu").Op(0x85).Op('R')
        .Text("call").Global("posix", "system").Text("true").Op(0x85).Op('R')
        .Text("list").Op('(').Int(1).Op('N').Op(0x88).Op('l')
        .Text("latin").Op((byte)'U', 2, 0xe9, 0x41).Text("none").Op('N')
        .Op('d').End();
}
