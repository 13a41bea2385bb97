using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Checkpoints;

[Collection("torch")]
public sealed class CheckpointTensorTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<ScalarType> Types =>
    [
        ScalarType.Float32, ScalarType.Float64, ScalarType.Float16, ScalarType.BFloat16, ScalarType.Int64, ScalarType.Int32,
        ScalarType.Int16, ScalarType.Int8, ScalarType.Byte, ScalarType.Bool,
    ];

    [Theory]
    [MemberData(nameof(Types))]
    public void CopyTo_EveryType_ConvertsToFloat(ScalarType type)
    {
        var source = arange(0, 24).reshape(2, 3, 4).to(type);
        foreach (var path in Save(new() { ["x"] = source }))
        {
            using var checkpoint = Checkpoint.Open(path);
            var tensor = checkpoint.Tensors()["x"];
            var (floats, transposed) = (zeros(2, 3, 4), zeros(4, 3, 2).permute(2, 1, 0));

            tensor.CopyTo(floats);
            tensor.CopyTo(transposed);

            Assert.Equal(type, tensor.DType);
            Assert.Equal(24, tensor.Elements);
            Assert.True(tensor.Read().Equals(source));
            Assert.True(floats.Equals(source.to(ScalarType.Float32)));
            Assert.True(transposed.Equals(floats));
        }
    }

    [Fact]
    public void CopyTo_Parameter_KeepsItAndItsGradientFlag()
    {
        var path = Save(new() { ["x"] = full([5], 3f) })[0];
        using var checkpoint = Checkpoint.Open(path);
        var parameter = new TorchSharp.Modules.Parameter(zeros(5));
        var handle = parameter.Handle;

        checkpoint.Tensors()["x"].CopyTo(parameter);

        Assert.True(parameter.requires_grad);
        Assert.Equal(handle, parameter.Handle);
        Assert.Equal(15f, parameter.sum().item<float>());
    }

    [Fact]
    public void CopyTo_OtherShape_ThrowsInsteadOfBroadcasting()
    {
        var path = Save(new() { ["x"] = ones(1, 8) })[0];
        using var checkpoint = Checkpoint.Open(path);

        Assert.Throws<ArgumentException>(() => checkpoint.Tensors()["x"].CopyTo(zeros(5, 8)));
    }

    [Fact]
    public void Read_ScalarAndEmpty_Work()
    {
        foreach (var path in Save(new() { ["scalar"] = tensor(7L), ["empty"] = zeros(0, 4) }))
        {
            using var checkpoint = Checkpoint.Open(path);

            Assert.Equal(7L, checkpoint.Tensors()["scalar"].Read().item<long>());
            Assert.Equal([0L, 4L], checkpoint.Tensors()["empty"].Read().shape);
        }
    }

    [Fact]
    public void Read_DamagedBytes_FailsOnTheChecksum()
    {
        var path = _folder["x.pth"];
        PthWriter.Write(path, new Dictionary<string, object?> { ["x"] = arange(100_000).to(ScalarType.Float32), ["y"] = ones(3) });
        var bytes = File.ReadAllBytes(path);
        bytes[150_000] ^= 1;
        File.WriteAllBytes(path, bytes);

        using var checkpoint = Checkpoint.Open(path);

        Assert.Contains("checksum", Assert.Throws<CheckpointException>(() => checkpoint.Tensors()["x"].Read()).Message, StringComparison.Ordinal);
        Assert.Equal(3f, checkpoint.Tensors()["y"].Read().sum().item<float>());
    }

    [Fact]
    public void CopyTo_ManyPieces_IsExact()
    {
        // Three megabytes and a bit of halves: several pieces, the last one short.
        var source = rand(3_500_017).to(ScalarType.Float16);
        var path = Save(new() { ["x"] = source })[0];
        using var checkpoint = Checkpoint.Open(path);
        var floats = zeros(3_500_017);

        checkpoint.Tensors()["x"].CopyTo(floats);

        Assert.True(floats.Equals(source.to(ScalarType.Float32)));
    }

    [Fact]
    public async Task Read_FromManyThreads_Agrees()
    {
        var source = rand(1000, 100);
        var path = Save(new() { ["x"] = source })[0];
        using var checkpoint = Checkpoint.Open(path);

        var sums = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(() =>
        {
            using var tensor = checkpoint.Tensors()["x"].Read();
            return tensor.Equals(source);
        })));

        Assert.DoesNotContain(false, sums);
    }

    private string[] Save(Dictionary<string, Tensor> tensors)
    {
        PthWriter.Write(_folder["x.pth"], tensors.ToDictionary(pair => pair.Key, pair => (object?)pair.Value));
        SafetensorsWriter.Write(_folder["x.safetensors"], tensors);
        return [_folder["x.pth"], _folder["x.safetensors"]];
    }
}
