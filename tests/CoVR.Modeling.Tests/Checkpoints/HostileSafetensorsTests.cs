using System.Text;
using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;

namespace CoVR.Modeling.Tests.Checkpoints;

/// <summary>Headers that lie or bring readers to disagree.</summary>
public sealed class HostileSafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("""{"a":{"dtype":"F32","dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "'dtype' twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"shape":[4],"data_offsets":[0,16]}}""", "'shape' twice")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16],"data_offsets":[0,16]}}""", "'data_offsets' twice")]
    [InlineData("""{"__metadata__":{"x":"1","x":"2"},"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "'x' appears twice")]
    [InlineData("""{"__metadata__":{},"__metadata__":{},"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "'__metadata__' appears twice")]
    [InlineData("""{"__metadata__":{"x":null}}""", "is not text")]
    [InlineData("""{"__metadata__":null}""", "not valid")]
    [InlineData("""{"a":{"dtype":null,"shape":[4],"data_offsets":[0,16]}}""", "element type null")]
    [InlineData("""{"a":{"dtype":"F32","shape":null,"data_offsets":[0,16]}}""", "not valid")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4.5],"data_offsets":[0,16]}}""", "not valid")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,18446744073709551616]}}""", "not valid")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,9223372036854775807]}}""", "outside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[-9223372036854775808,16]}}""", "outside")]
    [InlineData("""{"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,0],"data_offsets":[0,16]}}""", "impossible")]
    [InlineData("""{"a":{"dtype":"F64","shape":[4],"data_offsets":[0,16]}}""", "storage that has 2")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[12,16]}}""", "leave a gap at byte 8")]
    [InlineData("""{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}""", "overlap")]
    [InlineData("""{"a":{"dtype":"F32","shape":[3],"data_offsets":[4,16]}}""", "leave a gap at byte 0")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16],"more":[[[[[[[[1]]]]]]]]}}""", "not valid")]
    [InlineData("""{"\ud800":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}""", "not valid")]
    [InlineData("""{"a":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}}{}""", "not valid")]
    public void Open_LyingHeader_SaysWhatIsWrong(string header, string expected)
    {
        Write(header);

        Assert.Contains(expected, Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.safetensors"])).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(long.MaxValue)]
    [InlineData(-1)]
    [InlineData(100_000_001)]
    public void Open_AbsurdHeaderLength_IsRefusedWithoutAllocating(long length)
    {
        File.WriteAllBytes(_folder["x.safetensors"], [.. BitConverter.GetBytes(length), (byte)'{', .. new byte[64]]);
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.safetensors"]));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 18);
    }

    [Fact]
    public void Open_LongerHeaderThanFile_IsTruncated()
    {
        File.WriteAllBytes(_folder["x.safetensors"], [.. BitConverter.GetBytes(1_000_000L), .. "{\"a\":"u8]);

        Assert.Contains("announces 1000000 bytes", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.safetensors"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_DeeplyNestedHeader_DoesNotOverflowTheStack()
    {
        Write("{\"a\":" + new string('[', 1_000_000) + new string(']', 1_000_000) + "}");

        Assert.Contains("not valid", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.safetensors"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_ShapeOfAMillionDimensions_IsRefused()
    {
        Write("{\"a\":{\"dtype\":\"F32\",\"shape\":[4" + string.Concat(Enumerable.Repeat(",1", 1_000_000)) + "],\"data_offsets\":[0,16]}}");

        Assert.Contains("1000001 dimensions", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.safetensors"])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_EndlessName_IsCutInTheMessage()
    {
        Write("{\"" + new string('a', 1_000_000) + "\":{\"dtype\":\"F1\",\"shape\":[4],\"data_offsets\":[0,16]}}");

        Assert.InRange(Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.safetensors"])).Reason.Length, 50, 400);
    }

    [Fact]
    public void Open_TensorsInAnyOrder_AreRead()
    {
        Write("""{"b":{"data_offsets":[8,16],"shape":[2],"dtype":"F32"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"e":{"dtype":"F32","shape":[0],"data_offsets":[8,8]}}""");
        using var checkpoint = Checkpoint.Open(_folder["x.safetensors"]);

        Assert.Equal(["b", "a", "e"], checkpoint.Tensors().Keys);
    }

    private void Write(string header) =>
        File.WriteAllBytes(_folder["x.safetensors"], [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[16]]);
}
