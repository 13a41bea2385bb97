using CoVR.Conformance.Parity;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Reports;

[Collection("torch")]
public sealed class NpyArrayTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(ScalarType.Float16)]
    [InlineData(ScalarType.Float32)]
    [InlineData(ScalarType.Float64)]
    [InlineData(ScalarType.Byte)]
    [InlineData(ScalarType.Int8)]
    [InlineData(ScalarType.Int16)]
    [InlineData(ScalarType.Int32)]
    [InlineData(ScalarType.Int64)]
    [InlineData(ScalarType.Bool)]
    public void Save_OfATensor_IsReadBackTheSame(ScalarType type)
    {
        using var scope = NewDisposeScope();
        var tensor = arange(6).reshape(2, 3).t().to(type);
        NpyArray.Of(tensor).Save(_folder["a.npy"]);
        var read = NpyArray.Read(_folder["a.npy"]).ToTensor();
        Assert.Equal(type, read.dtype);
        Assert.Equal(tensor.shape, read.shape);
        Assert.True(tensor.eq(read).all().item<bool>());
    }

    [Theory]
    [InlineData]
    [InlineData(5L)]
    [InlineData(2L, 0L, 3L)]
    public void Save_OfAnyShape_IsReadBackTheSame(params long[] shape)
    {
        using var tensor = ones(shape);
        NpyArray.Of(tensor).Save(_folder["a.npy"]);
        Assert.Equal(shape, NpyArray.Read(_folder["a.npy"]).Shape);
        Assert.Equal(0, (new FileInfo(_folder["a.npy"]).Length - (tensor.numel() * 4)) % 64);
    }

    [Fact]
    public void Save_OfAFixture_WritesNumpysBytes()
    {
        var fixture = GoldenSet.Cases.First(golden => golden.HasOutput("tokens") && golden.Group == "blip_vit").OutputPath("tokens");
        NpyArray.Read(fixture).Save(_folder["a.npy"]);
        var (numpy, ours) = (File.ReadAllBytes(fixture), File.ReadAllBytes(_folder["a.npy"]));
        var header = 10 + BitConverter.ToUInt16(numpy, 8);
        Assert.Equal(NpyArray.Read(fixture).Bytes, NpyArray.Read(_folder["a.npy"]).Bytes);
        Assert.Equal(
            System.Text.Encoding.ASCII.GetString(numpy, 10, header - 10).TrimEnd().Replace(", )", ")", StringComparison.Ordinal),
            System.Text.Encoding.ASCII.GetString(ours, 10, BitConverter.ToUInt16(ours, 8)).TrimEnd().Replace(", )", ")", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("cut short", 3, 0)]
    [InlineData("no .npy file", 0, 1)]
    [InlineData("header is cut short", 0, 9)]
    public void Read_OfADamagedFile_SaysWhatIsWrong(string reason, int cut, int changed)
    {
        using var tensor = ones(4);
        NpyArray.Of(tensor).Save(_folder["a.npy"]);
        var bytes = File.ReadAllBytes(_folder["a.npy"])[..^cut];
        bytes[changed] ^= (byte)(cut > 0 ? 0 : 0xF0);
        File.WriteAllBytes(_folder["a.npy"], bytes);
        var message = Assert.Throws<InvalidDataException>(() => NpyArray.Read(_folder["a.npy"])).Message;
        Assert.Contains(_folder["a.npy"], message, StringComparison.Ordinal);
        Assert.Contains(cut > 0 ? "length is not that of its shape" : reason, message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("'<f4'", "'>f4'", "little-endian")]
    [InlineData("'<f4'", "'<c8'", "length")]
    [InlineData("False", "True ", "Fortran")]
    public void Read_OfAnotherLayout_SaysWhatIsWrong(string from, string to, string reason)
    {
        using var tensor = ones(4);
        NpyArray.Of(tensor).Save(_folder["a.npy"]);
        var text = System.Text.Encoding.Latin1.GetString(File.ReadAllBytes(_folder["a.npy"])).Replace(from, to, StringComparison.Ordinal);
        File.WriteAllBytes(_folder["a.npy"], System.Text.Encoding.Latin1.GetBytes(text));
        Assert.Contains(reason, Assert.Throws<InvalidDataException>(() => NpyArray.Read(_folder["a.npy"])).Message, StringComparison.Ordinal);
    }
}
