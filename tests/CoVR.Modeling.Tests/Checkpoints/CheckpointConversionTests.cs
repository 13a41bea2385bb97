using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using CoVR.TestSupport.Downloads;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Checkpoints;

[Collection("torch")]
public sealed class CheckpointConversionTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    public static TheoryData<string> Golden =>
        [.. GoldenSet.Cases.Where(candidate => candidate.Group == "checkpoints").Select(candidate => candidate.InputPath("checkpoint")).OfType<string>().Distinct().Order(StringComparer.Ordinal)];

    [Theory]
    [MemberData(nameof(Golden))]
    public void ToSafetensorsAndBack_OfEveryFixture_KeepsEveryBit(string path)
    {
        ToSafetensors(path, _folder["x.safetensors"]);
        ToPth(_folder["x.safetensors"], _folder["x.pth"]);

        using var original = Checkpoint.Open(path);
        using var middle = Checkpoint.Open(_folder["x.safetensors"]);
        using var back = Checkpoint.Open(_folder["x.pth"]);
        var root = original.Content is IReadOnlyDictionary<object, object?> top && top.ContainsKey("model") ? "model" : null;
        var expected = original.Tensors(root);
        Assert.NotEmpty(expected);
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), middle.Tensors().Keys.Order(StringComparer.Ordinal));
        Assert.Equal(expected.Keys.Order(StringComparer.Ordinal), back.Tensors(root).Keys.Order(StringComparer.Ordinal));
        foreach (var (name, tensor) in expected)
        {
            var bytes = BytesOf(tensor.Read());
            Assert.Equal(tensor.DType, back.Tensors(root)[name].DType);
            Assert.Equal(tensor.Shape, back.Tensors(root)[name].Shape);
            Assert.Equal(bytes, BytesOf(middle.Tensors()[name].Read()));
            Assert.Equal(bytes, BytesOf(back.Tensors(root)[name].Read()));
        }
    }

    [Fact]
    public void ToSafetensors_OfARun_ReportsWhatIsDropped()
    {
        var shared = rand(3, 4);
        PthWriter.Write(_folder["run.ckpt"], new Dictionary<string, object?>
        {
            ["model"] = new Dictionary<string, object?> { ["a"] = shared, ["b"] = shared, ["t"] = shared.t(), ["steps"] = 3 },
            ["optimizer"] = new Dictionary<string, object?> { ["state"] = rand(2) },
            ["epoch"] = 4,
        });
        var seen = new List<JobProgress>();

        var report = ToSafetensors(_folder["run.ckpt"], _folder["x.safetensors"], new Listener(seen));

        Assert.Equal(["a", "b", "t"], report.Tensors);
        Assert.Equal(["optimizer", "epoch", "model.steps"], report.Dropped);
        Assert.Equal(new Dictionary<string, string> { ["b"] = "a" }, report.Tied);
        Assert.Equal(3 * 48, report.Bytes);
        Assert.True(report.Verified);
        Assert.Equal((2 * report.Bytes, 2 * report.Bytes), (seen[^1].Done, seen[^1].Total!.Value));
        Assert.Contains("3 tensors", report.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void ToPth_OfNotedTies_TiesAgainWhatIsStillEqual()
    {
        var shared = rand(3000);
        PthWriter.Write(_folder["a.pth"], new Dictionary<string, object?> { ["z"] = shared, ["b"] = shared, ["c"] = shared.clone() });
        ToSafetensors(_folder["a.pth"], _folder["a.safetensors"]);

        var report = ToPth(_folder["a.safetensors"], _folder["back.pth"]);

        Assert.Equal(new Dictionary<string, string> { ["b"] = "z" }, report.Tied);
        Assert.InRange(new FileInfo(_folder["back.pth"]).Length, 2 * 12_000, 3 * 12_000);
        using var changed = Checkpoint.Open(_folder["a.safetensors"]);
        SafetensorsWriter.Write(_folder["b.safetensors"], new Dictionary<string, Tensor> { ["z"] = rand(3000), ["b"] = shared }, changed.Metadata);
        Assert.Empty(ToPth(_folder["b.safetensors"], _folder["changed.pth"]).Tied);
    }

    [Fact]
    public void ToPth_UnderARoot_PutsItThere()
    {
        SafetensorsWriter.Write(_folder["x.safetensors"], new Dictionary<string, Tensor> { ["a"] = rand(2).half(), ["n"] = tensor(7L), ["flag"] = tensor(true) });

        ToPth(_folder["x.safetensors"], _folder["x.pth"], "model");

        using var checkpoint = Checkpoint.Open(_folder["x.pth"]);
        Assert.Equal(["a", "flag", "n"], checkpoint.Tensors("model").Keys.Order(StringComparer.Ordinal));
        Assert.Equal(7, checkpoint.Tensors("model")["n"].Read().item<long>());
    }

    [Fact]
    public void ToSafetensors_OfADamagedFile_LeavesTheOldOne()
    {
        PthWriter.Write(_folder["x.pth"], new Dictionary<string, object?> { ["a"] = arange(1000) });
        var bytes = File.ReadAllBytes(_folder["x.pth"]);
        bytes[4000] ^= 1;
        File.WriteAllBytes(_folder["x.pth"], bytes);
        File.WriteAllText(_folder["x.safetensors"], "old");

        var error = Assert.Throws<CheckpointException>(() => ToSafetensors(_folder["x.pth"], _folder["x.safetensors"]));

        Assert.Contains("checksum", error.Reason, StringComparison.Ordinal);
        Assert.Equal("old", File.ReadAllText(_folder["x.safetensors"]));
        Assert.Equal(2, Directory.GetFiles(_folder.FullName).Length);
    }

    [Fact]
    public void ToSafetensors_OfWhatSafetensorsHasNot_SaysSo()
    {
        PthWriter.Write(_folder["x.pth"], new Dictionary<string, object?> { ["c"] = zeros(2, ScalarType.ComplexFloat32) });
        PthWriter.Write(_folder["none.pth"], new Dictionary<string, object?> { ["epoch"] = 1 });

        Assert.Contains("'c' has the type ComplexFloat32", Assert.Throws<CheckpointException>(() => ToSafetensors(_folder["x.pth"], _folder["y"])).Reason, StringComparison.Ordinal);
        Assert.Contains("no tensors at the top", Assert.Throws<CheckpointException>(() => ToSafetensors(_folder["none.pth"], _folder["y"])).Reason, StringComparison.Ordinal);
        Assert.False(File.Exists(_folder["y"]));
    }

    [Fact]
    public void ToSafetensors_Cancelled_LeavesNothing()
    {
        PthWriter.Write(_folder["x.pth"], new Dictionary<string, object?> { ["a"] = rand(10), ["b"] = rand(10) });
        using var cancellation = new CancellationTokenSource();

        Assert.Throws<OperationCanceledException>(() =>
            CheckpointConversion.ToSafetensors(_folder["x.pth"], _folder["y"], null, true, new Listener([], cancellation.Cancel), cancellation.Token));

        Assert.Equal([_folder["x.pth"]], Directory.GetFiles(_folder.FullName));
    }

    private static CheckpointConversion ToSafetensors(string source, string destination, IProgress<JobProgress>? progress = null) =>
        CheckpointConversion.ToSafetensors(source, destination, null, true, progress, TestContext.Current.CancellationToken);

    private static CheckpointConversion ToPth(string source, string destination, string? root = null) =>
        CheckpointConversion.ToPth(source, destination, root, true, null, TestContext.Current.CancellationToken);

    private static byte[] BytesOf(Tensor tensor)
    {
        using var flat = tensor.contiguous();
        return flat.NumberOfElements == 0 ? [] : flat.bytes.ToArray();
    }

    private sealed class Listener(List<JobProgress> seen, Action? also = null) : IProgress<JobProgress>
    {
        public void Report(JobProgress value)
        {
            seen.Add(value);
            also?.Invoke();
        }
    }
}
