using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Checkpoints;

[Collection("torch")]
public sealed class ShardedSafetensorsTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Write_WithALimit_IsReadBackByIndexAndByFolder()
    {
        var state = State();

        var index = ShardedSafetensors.Write(_folder["s"], state, maximalShardBytes: 100, new Dictionary<string, string> { ["format"] = "pt" });

        Assert.Equal(_folder["s", "model.safetensors.index.json"], index);
        Assert.Equal(["model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors"], Checkpoint.FindShards(index));
        foreach (var path in new[] { index, _folder["s"] })
        {
            using var checkpoint = Checkpoint.Open(path);
            Assert.Equal(CheckpointFormat.Safetensors, checkpoint.Format);
            Assert.Equal(index, checkpoint.Path);
            Assert.Equal("236", checkpoint.Metadata["total_size"]);
            Assert.Equal(state.Keys.Order(StringComparer.Ordinal), checkpoint.Tensors().Keys.Order(StringComparer.Ordinal));
            Assert.All(state, pair => Assert.True(checkpoint.Tensors()[pair.Key].Read().Equals(pair.Value)));
        }
    }

    [Fact]
    public void Open_OfAFolderWithOneFile_OpensIt()
    {
        SafetensorsWriter.Write(_folder["one", "weights.safetensors"], State());

        using var checkpoint = Checkpoint.Open(_folder["one"]);

        Assert.Equal(3, checkpoint.Tensors().Count);
    }

    [Fact]
    public void Open_OfAFolderWithNoneOrTwo_SaysSo()
    {
        Directory.CreateDirectory(_folder["none"]);
        SafetensorsWriter.Write(_folder["two", "a.safetensors"], State());
        SafetensorsWriter.Write(_folder["two", "b.safetensors"], State());

        Assert.Contains("no index of shards", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["none"])).Reason, StringComparison.Ordinal);
        Assert.Contains("a.safetensors, b.safetensors", Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["two"])).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"weight_map":{"a":"x-1.safetensors","lost":"x-1.safetensors","b":"x-2.safetensors"}}""", "'lost' is not in the shard 'x-1.safetensors'")]
    [InlineData("""{"weight_map":{"a":"x-2.safetensors","b":"x-1.safetensors"}}""", "but the index places it in")]
    [InlineData("""{"weight_map":{"a":"x-1.safetensors"}}""", null)]
    [InlineData("""{"weight_map":{"a":"x-1.safetensors","b":"x-3.safetensors"}}""", "the shard 'x-3.safetensors' is missing")]
    [InlineData("""{"weight_map":{"b":"x-2.safetensors","a":"x-1.safetensors","a":"x-1.safetensors"}}""", "the index lists 'a' twice")]
    [InlineData("""{"weight_map":{"a":"../x-1.safetensors"}}""", "not the name of a safetensors file next to")]
    [InlineData("""{"weight_map":{"a":"/tmp/x-1.safetensors"}}""", "not the name of a safetensors file next to")]
    [InlineData("""{"weight_map":{"a":"C:x-1.safetensors"}}""", "not the name of a safetensors file next to")]
    [InlineData("""{"weight_map":{"a":"..\\x-1.safetensors"}}""", "not the name of a safetensors file next to")]
    [InlineData("""{"weight_map":{"a":"x-1.pth"}}""", "not the name of a safetensors file next to")]
    [InlineData("""{"weight_map":{"a":7}}""", "not an index of safetensors shards")]
    [InlineData("""{"weight_map":[]}""", "not an index of safetensors shards")]
    [InlineData("""{"model":{}}""", "has no 'weight_map'")]
    [InlineData("""{"weight_map":""", "not an index of safetensors shards")]
    public void Open_OfAnIndexThatIsNotRight_IsATypedError(string json, string? reason)
    {
        SafetensorsWriter.Write(_folder["x-1.safetensors"], new Dictionary<string, Tensor> { ["a"] = rand(2) });
        SafetensorsWriter.Write(_folder["x-2.safetensors"], new Dictionary<string, Tensor> { ["b"] = rand(3) });
        File.WriteAllText(_folder["x.safetensors.index.json"], json);

        if (reason is null)
        {
            using var checkpoint = Checkpoint.Open(_folder["x.safetensors.index.json"]);
            Assert.Equal("a", Assert.Single(checkpoint.Tensors()).Key);
        }
        else
        {
            var error = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.safetensors.index.json"]));
            Assert.Contains(reason, error.Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Open_OfAShardThatHoldsMore_IsATypedError()
    {
        SafetensorsWriter.Write(_folder["x-1.safetensors"], new Dictionary<string, Tensor> { ["a"] = rand(2), ["more"] = rand(1) });
        File.WriteAllText(_folder["x.safetensors.index.json"], """{"weight_map":{"a":"x-1.safetensors"}}""");

        var error = Assert.Throws<CheckpointException>(() => Checkpoint.Open(_folder["x.safetensors.index.json"]));

        Assert.Contains("holds 'more', which is not in the index", error.Reason, StringComparison.Ordinal);
    }

    private static Dictionary<string, Tensor> State() => new()
    {
        ["first"] = rand(5, 4),
        ["second"] = rand(30),
        ["third"] = arange(9, dtype: ScalarType.Float32),
    };
}
