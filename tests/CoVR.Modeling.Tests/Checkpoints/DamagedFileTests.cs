using System.Text;
using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Checkpoints;

/// <summary>Truncated, mutated and foreign files: always a typed error or a correct reading, never anything else.</summary>
[Collection("torch")]
public sealed class DamagedFileTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    public static TheoryData<string> Forms => ["zip", "legacy", "safetensors"];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Open_TruncatedAnywhere_IsATypedError(string form)
    {
        var bytes = File.ReadAllBytes(Example(form));
        var random = new Random(11);
        var cuts = Enumerable.Range(0, 160).Concat(Enumerable.Range(0, 300).Select(_ => random.Next(bytes.Length))).Append(bytes.Length - 1).Where(cut => cut < bytes.Length);
        foreach (var cut in cuts)
        {
            File.WriteAllBytes(_folder["cut"], bytes[..cut]);

            var error = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["cut"]));

            Assert.Equal(_folder["cut"], error.File);
            Assert.NotEmpty(error.Reason);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void ReadAll_MutatedBytes_NeverFailsOtherwise(string form)
    {
        var bytes = File.ReadAllBytes(Example(form));
        var random = new Random(7);
        var refused = 0;
        for (var round = 0; round < 1000; round++)
        {
            var mutant = Mutate(bytes, random);
            File.WriteAllBytes(_folder["mutant"], mutant);
            try
            {
                ReadAll(_folder["mutant"]);
            }
            catch (CheckpointException)
            {
                refused++;
            }
        }

        Assert.InRange(refused, 50, 1000);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS")]
    [InlineData("<!DOCTYPE html><html>", "web page")]
    [InlineData("  <html>", "web page")]
    [InlineData("hello, this is text", "unknown")]
    [InlineData("PK", "directory")]
    public void Open_ForeignFile_SaysWhatItIs(string content, string expected)
    {
        File.WriteAllText(_folder["x.pth"], content);

        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.pth"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_TarAndPlainPickleAndMissing_SayWhatTheyAre()
    {
        var tar = new byte[1024];
        Encoding.ASCII.GetBytes("ustar").CopyTo(tar, 257);
        File.WriteAllBytes(_folder["x.tar"], tar);
        File.WriteAllBytes(_folder["x.pkl"], PickleBytes.Protocol2.Int(1).End());

        Assert.Contains("tar archive", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.tar"])).Message, StringComparison.Ordinal);
        Assert.Contains("not one of torch.save", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.pkl"])).Message, StringComparison.Ordinal);
        Assert.Contains("there is no such file", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["none"])).Message, StringComparison.Ordinal);
        Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder.FullName));
    }

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"a":{"dtype":"F32","shape":[2],"data_offsets":[8,16]}}""", "twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}""", "overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "16 bytes of data")]
    [InlineData("""{"a":{"dtype":"F32","shape":[5],"data_offsets":[0,16]}}""", "storage that has")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,16]}}""", "has 16 bytes")]
    [InlineData("""{"a":{"dtype":"F32","shape":[-4],"data_offsets":[0,16]}}""", "impossible")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,16]}}""", "impossible")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,17]}}""", "outside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[16,0]}}""", "outside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0]}}""", "instead of two")]
    [InlineData("""{"a":{"dtype":"F4_WEIRD","shape":[4],"data_offsets":[0,16]}}""", "element type")]
    [InlineData("""{"a":{"dtype":7,"shape":[4],"data_offsets":[0,16]}}""", "not valid")]
    [InlineData("""{"a":{"shape":[4],"data_offsets":[0,16]}}""", "lacks the field 'dtype'")]
    [InlineData("""{"a":[[[[[[1]]]]]]}""", "not valid")]
    [InlineData("""{"a":3}""", "not valid")]
    [InlineData("""{"__metadata__":{"x":1}}""", "not valid")]
    [InlineData("""{not json}""", "not valid")]
    public void Open_BadSafetensorsHeader_SaysWhatIsWrong(string header, string expected)
    {
        File.WriteAllBytes(_folder["x.safetensors"], [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[16]]);

        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.safetensors"])).Message, StringComparison.Ordinal);
    }

    private static byte[] Mutate(byte[] bytes, Random random)
    {
        var mutant = bytes.ToArray();
        for (var change = random.Next(1, 5); change > 0; change--)
        {
            // Half of the changes hit the head or the directory at the end, where the structure is.
            var at = random.Next(4) switch
            {
                0 => random.Next(Math.Min(600, mutant.Length)),
                1 => mutant.Length - 1 - random.Next(Math.Min(600, mutant.Length)),
                _ => random.Next(mutant.Length),
            };
            mutant[at] = random.Next(3) switch
            {
                0 => (byte)random.Next(256),
                1 => (byte)(mutant[at] ^ (1 << random.Next(8))),
                _ => random.Next(2) == 0 ? (byte)0 : (byte)0xFF,
            };
        }

        return random.Next(8) == 0 ? mutant[..random.Next(mutant.Length)] : mutant;
    }

    private static void ReadAll(string path)
    {
        using var scope = NewDisposeScope();
        using var checkpoint = Checkpoint.Open(path);
        foreach (var tensor in checkpoint.Tensors().Values)
        {
            tensor.Read();
        }
    }

    private string Example(string form)
    {
        using var scope = NewDisposeScope();
        var path = _folder[form];
        var tensors = new Dictionary<string, Tensor> { ["a"] = arange(6).reshape(2, 3).to(ScalarType.Float32), ["b.weight"] = ones(5).to(ScalarType.Float16), ["c"] = tensor(3L) };
        switch (form)
        {
            case "zip":
                PthWriter.Write(path, tensors.ToDictionary(pair => pair.Key, pair => (object?)pair.Value));
                break;
            case "safetensors":
                SafetensorsWriter.Write(path, tensors, new Dictionary<string, string> { ["made by"] = "test" });
                break;
            default:
                File.WriteAllBytes(path, Legacy());
                break;
        }

        return path;
    }

    private static byte[] Legacy()
    {
        var value = PickleBytes.Protocol2.Op('}').Op('(').Text("a").Tensor([2, 2], [1, 2]).Text("b").Tensor([3], [1], offset: 1).Op('u').End();
        return LegacyBytes.Make(value, ("0", 4, new byte[16]));
    }
}
