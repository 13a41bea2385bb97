using CoVR.Conformance;
using CoVR.Modeling.Checkpoints;
using CoVR.TestSupport;
using TorchSharp;
using TorchSharp.Modules;
using TorchSharp.Utils;
using static TorchSharp.torch;

namespace CoVR.Modeling.Tests.Checkpoints;

[Collection("torch")]
public sealed class CheckpointLoadTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void Load_FittingFile_TakesEveryKey()
    {
        using var source = new Tiny(1);
        foreach (var path in new[] { SavePth(source.state_dict(), "model"), SaveSafetensors(source.state_dict()) })
        {
            using var module = new Tiny(2);

            var report = Checkpoint.Load(module, path, new CheckpointMap { Root = "model" });

            Assert.Equal(Checkpoint.HashWeights(source), Checkpoint.HashWeights(module));
            Assert.Equal(module.state_dict().Keys.Order(), report.Taken.Order());
            Assert.Empty(report.Missing.Concat(report.Ignored).Concat(report.Unexpected).Concat(report.Reshaped));
            Assert.Contains("4 taken", report.ToString(), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Load_HalfWithPrefixes_ConvertsAndRenames()
    {
        using var source = new Tiny(1);
        using var module = new Tiny(2);
        var path = SavePth(source.state_dict().ToDictionary(pair => "module.old_" + pair.Key, pair => pair.Value.to(ScalarType.Float16)));

        Checkpoint.Load(module, path, new CheckpointMap { RemovedPrefixes = ["module."], Rename = key => key.Replace("old_", "", StringComparison.Ordinal) });

        Assert.True(module.state_dict()["first.weight"].Equals(source.state_dict()["first.weight"].to(ScalarType.Float16).to(ScalarType.Float32)));
    }

    [Fact]
    public void Load_OtherArchitecture_ListsEveryKeyAndChangesNothing()
    {
        using var module = new Tiny(2);
        var before = Checkpoint.HashWeights(module);
        var path = SavePth(new Dictionary<string, Tensor> { ["first.weight"] = ones(4, 3), ["first.bias"] = ones(1), ["alien"] = ones(1), ["positions"] = ones(1, 6, 2) });

        var error = Assert.Throws<CheckpointException>(() => Checkpoint.Load(module, path, new CheckpointMap { Reshaped = ["positions"] }));

        Assert.Equal(["scale"], error.Missing);
        Assert.Equal(["alien"], error.Unexpected);
        Assert.Equal(["first.bias", "positions"], error.Misshapen.Select(tensor => tensor.Key));
        Assert.Equal("expected [4], found [1]", error.Misshapen["first.bias"]);
        Assert.All(new[] { "scale", "alien", "first.bias: expected [4], found [1]" }, text => Assert.Contains(text, error.Message, StringComparison.Ordinal));
        Assert.Equal(before, Checkpoint.HashWeights(module));
    }

    [Fact]
    public void Load_Lenient_TakesWhatFitsAndReportsTheRest()
    {
        using var module = new Tiny(2);
        var bias = module.state_dict()["first.bias"].clone();
        var path = SavePth(new Dictionary<string, Tensor> { ["first.weight"] = ones(4, 3), ["first.bias"] = ones(1), ["alien"] = ones(1) });

        var report = Checkpoint.Load(module, path, strict: false);

        Assert.Equal(["first.weight"], report.Taken);
        Assert.Equal(["alien"], report.Unexpected);
        Assert.Equal(["positions", "scale"], report.Missing.Order());
        Assert.Equal(["first.bias"], report.Misshapen.Select(tensor => tensor.Key));
        Assert.Equal(12f, module.state_dict()["first.weight"].sum().item<float>());
        Assert.True(module.state_dict()["first.bias"].Equals(bias));
    }

    [Fact]
    public void Load_IgnoredAndOptionalAndReshaped_AreReported()
    {
        using var module = new Tiny(2);
        var state = module.state_dict().Where(pair => pair.Key != "scale").ToDictionary(pair => pair.Key, pair => pair.Value);
        state["positions"] = rand(1, 10, 2);
        state["itm_head.weight"] = ones(1);
        var path = SavePth(state);

        var report = Checkpoint.Load(module, path, new CheckpointMap { Ignored = ["itm_head.*"], Optional = ["sc*"], Reshaped = ["pos*"] });

        Assert.Equal(["itm_head.weight"], report.Ignored);
        Assert.Equal(["scale"], report.Missing);
        Assert.Equal(["positions"], report.Reshaped);
        Assert.True(module.state_dict()["positions"].Equals(PositionEmbedding.Resize(state["positions"], 4)));
    }

    [Fact]
    public void Load_TwoKeysOfOneName_IsRefused()
    {
        using var module = new Tiny(2);
        var state = module.state_dict();
        state["module.scale"] = ones(1);

        Assert.Contains("'scale'", Assert.Throws<CheckpointException>(() => Checkpoint.Load(module, SavePth(state), new CheckpointMap { RemovedPrefixes = ["module."] })).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("_orig_mod.")]
    [InlineData("module._orig_mod.")]
    public void Load_WeightsOfACompiledModel_NamesTheirPrefix(string prefix)
    {
        using var module = new Tiny(1);
        var path = SavePth(module.state_dict().ToDictionary(pair => prefix + pair.Key, pair => pair.Value));

        var error = Assert.Throws<CheckpointException>(() => Checkpoint.Load(module, path));

        Assert.Contains("Keys contain '_orig_mod.': the weights were saved from a model compiled by torch.compile", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_ForeignFile_HintsAtIt()
    {
        using var module = new Tiny(2);
        var other = SavePth(new Dictionary<string, Tensor> { ["resnet.conv"] = ones(1) });
        var nested = SavePth(module.state_dict(), "weights");

        Assert.Contains("another architecture", Assert.Throws<CheckpointException>(() => Checkpoint.Load(module, other)).Message, StringComparison.Ordinal);
        Assert.Contains("CheckpointMap.Root", Assert.Throws<CheckpointException>(() => Checkpoint.Load(module, nested)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LeavesNoTensorsBehind()
    {
        using var module = new Tiny(2);
        var path = SavePth(module.state_dict());
        Checkpoint.Load(module, path);
        var before = LiveTensors.Settled();

        for (var round = 0; round < 10; round++)
        {
            Checkpoint.Load(module, path);
            Checkpoint.HashWeights(module);
        }

        LiveTensors.AssertNoMoreThan(before);
    }

    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "ab", false)]
    [InlineData("*", "", true)]
    [InlineData("a*", "a", true)]
    [InlineData("*.bias", "x.bias", true)]
    [InlineData("a*b*c", "a.b.b.c", true)]
    [InlineData("a*b*c", "a.c", false)]
    [InlineData("ab*ba", "aba", false)]
    [InlineData("*a*", "bab", true)]
    public void KeyPattern_Stars_MatchAnyCharacters(string pattern, string key, bool expected) => Assert.Equal(expected, KeyPattern.Matches(pattern, key));

    [Fact]
    public void HashFile_OfAnyFile_IsSha256()
    {
        File.WriteAllText(_folder["abc"], "abc");

        Assert.Equal("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad", Checkpoint.HashFile(_folder["abc"]));
        Assert.Throws<CheckpointException>(() => Checkpoint.HashFile(_folder["none"]));
    }

    [Fact]
    public void HashWeights_OfAModule_SeesEveryValue()
    {
        using var module = new Tiny(1);
        using var same = new Tiny(1);
        var before = Checkpoint.HashWeights(module);

        Assert.Equal(64, before.Length);
        Assert.Equal(before, Checkpoint.HashWeights(same));
        using (no_grad())
        {
            same.state_dict()["positions"][0, 4, 1] += 1e-3;
        }

        Assert.NotEqual(before, Checkpoint.HashWeights(same));
    }

    [Fact]
    public void PositionEmbedding_BadShapes_AreRefused()
    {
        Assert.Throws<ArgumentException>(() => PositionEmbedding.Resize(zeros(1, 6, 2), 4));
        Assert.Throws<ArgumentException>(() => PositionEmbedding.Resize(zeros(1, 5, 2), 5));
        Assert.Throws<ArgumentException>(() => PositionEmbedding.Resize(zeros(5), 4));
        Assert.Throws<ArgumentException>(() => PositionEmbedding.Resize(zeros(2, 5, 2), 4));
        Assert.Equal([17L, 2L], PositionEmbedding.Resize(zeros(4, 2), 16, classTokens: 0).shape.Zip([1L, 0L], (size, more) => size + more));
        Assert.Null(PositionEmbedding.TryResize(zeros(1, 5, 2), [1, 17, 3], 1, false));
    }

    private string SavePth(Dictionary<string, Tensor> state, string? root = null)
    {
        var path = _folder[$"{Guid.NewGuid():N}.pth"];
        PthWriter.Write(path, root is null ? state.ToDictionary(pair => pair.Key, pair => (object?)pair.Value) : new() { [root] = state, ["epoch"] = 3 });
        return path;
    }

    private string SaveSafetensors(Dictionary<string, Tensor> state)
    {
        SafetensorsWriter.Write(_folder["x.safetensors"], state);
        return _folder["x.safetensors"];
    }

    private sealed class Tiny : nn.Module
    {
        [ComponentName(Name = "first")]
        private readonly Linear _first = nn.Linear(3, 4);

        [ComponentName(Name = "scale")]
        private readonly Parameter _scale;

        [ComponentName(Name = "positions")]
        private readonly Parameter _positions;

        public Tiny(int seed)
            : base(nameof(Tiny))
        {
            using var generator = new Generator((ulong)seed);
            _scale = new Parameter(rand(1, generator: generator));
            _positions = new Parameter(rand(1, 5, 2, generator: generator));
            using (no_grad())
            {
                _first.weight.copy_(rand(4, 3, generator: generator));
                _first.bias!.copy_(rand(4, generator: generator));
            }

            RegisterComponents();
        }
    }
}
