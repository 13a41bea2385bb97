using System.Text.Json;
using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Checkpoints;

/// <summary>Every form of file that the reference's PyTorch wrote, compared value by value with the recorded state.</summary>
[Collection("torch")]
public sealed class GoldenCheckpointTests
{
    public static TheoryData<string> CasesWithState =>
        [.. GoldenSet.Cases.Where(golden => golden.Group == "checkpoints" && golden.HasOutput("state_flat") && golden.HasOutput("state_index")).Select(golden => golden.Id)];

    public static TheoryData<string> Files =>
        [.. GoldenSet.Cases.Where(golden => golden.HasInput("checkpoint")).Select(golden => golden.InputPath("checkpoint")).Distinct()];

    [Theory]
    [MemberData(nameof(CasesWithState))]
    public void Read_EveryTensorOfAFile_EqualsTheRecordedState(string id)
    {
        var golden = GoldenSet.Cases.Single(candidate => candidate.Id == id);
        using var scope = NewDisposeScope();
        using var checkpoint = Checkpoint.Open(golden.InputPath("checkpoint"));
        var tensors = checkpoint.Tensors("model").ToDictionary(pair => pair.Key.StartsWith("module.", StringComparison.Ordinal) ? pair.Key[7..] : pair.Key, pair => pair.Value);
        var flat = golden.Output("state_flat").Floats;
        var unexpected = golden.OutputJson("messages").GetProperty("unexpected_keys").EnumerateArray().Select(key => key.GetString()).ToHashSet();
        var compared = 0;
        foreach (var entry in golden.OutputJson("state_index").EnumerateArray())
        {
            var name = entry.GetProperty("name").GetString()!;
            var shape = entry.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
            if (!tensors.TryGetValue(name, out var tensor) || !tensor.Shape.SequenceEqual(shape) || unexpected.Contains("module." + name) || IsTied(name))
            {
                continue;
            }

            var expected = flat.AsSpan(entry.GetProperty("offset").GetInt32(), entry.GetProperty("size").GetInt32());
            Assert.True(expected.SequenceEqual(tensor.Read().to(ScalarType.Float32).data<float>().ToArray()), name);
            compared++;
        }

        Assert.True(compared > 10 || unexpected.Count > 10, $"only {compared} tensors were compared");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Open_EveryFile_ListsTensorsWithoutReadingThem(string path)
    {
        using var checkpoint = Checkpoint.Open(path);

        var tensors = checkpoint.Tensors("model");

        Assert.NotEmpty(tensors);
        Assert.All(tensors, pair => Assert.Equal(pair.Key, pair.Value.Name));
        Assert.Empty(checkpoint.Metadata);
        Assert.Equal(File.ReadAllBytes(path).AsSpan().StartsWith("PK"u8) ? CheckpointFormat.TorchZip : CheckpointFormat.TorchLegacy, checkpoint.Format);
    }

    [Fact]
    public void Content_FabricFile_HoldsTheOptimizerAndAnInertScheduler()
    {
        var golden = GoldenSet.Cases.First(candidate => candidate.HasOutput("optimizer_summary"));
        using var checkpoint = Checkpoint.Open(golden.InputPath("checkpoint"));
        var top = Assert.IsAssignableFrom<IReadOnlyDictionary<object, object?>>(checkpoint.Content);
        var optimizer = (IReadOnlyDictionary<object, object?>)top["optimizer"]!;
        var group = (IReadOnlyDictionary<object, object?>)((IReadOnlyList<object?>)optimizer["param_groups"]!)[0]!;
        var expected = golden.OutputJson("optimizer_summary").GetProperty("param_groups")[0];

        Assert.Equal(expected.GetProperty("lr").GetDouble(), group["lr"]);
        Assert.Equal(expected.GetProperty("betas").EnumerateArray().Select(beta => (object)beta.GetDouble()), (IReadOnlyList<object?>)group["betas"]!);
        Assert.Equal(expected.GetProperty("params").EnumerateArray().Select(index => (object)index.GetInt64()), (IReadOnlyList<object?>)group["params"]!);
        var scheduler = Assert.IsType<CheckpointObject>(top["scheduler"]);
        Assert.Equal("src.tools.scheduler.CosineSchedule", scheduler.Class);
        Assert.False(scheduler.IsCall);
        Assert.Contains("init_lr", ((IReadOnlyDictionary<object, object?>)scheduler.State!).Keys);
    }

    // One tensor with two names in the reference: the recorded state holds the later key's values.
    private static bool IsTied(string name) => name.EndsWith("word_embeddings.weight", StringComparison.Ordinal) || name.Contains("cls.predictions", StringComparison.Ordinal);
}
