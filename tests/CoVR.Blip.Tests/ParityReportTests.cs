using CoVR.Conformance;
using CoVR.Conformance.Parity;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Families;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip.Tests;

/// <summary>The report against a reference that the same small BLIP wrote.</summary>
[Collection("torch")]
public sealed class ParityReportTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly ComposedModel _model = SmallBlip.Create(SmallBlip.Options());
    private readonly DisposeScope _scope = NewDisposeScope();

    public ParityReportTests() => ReferenceTensors.Record(Encoder, Reference, Arguments(), Query);

    private BlipEncoder Encoder => (BlipEncoder)_model.Encoder;

    private string Reference => _folder["reference"];

    public void Dispose()
    {
        _scope.Dispose();
        _model.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void OfActivations_SameModel_AgreesInEveryLayer()
    {
        var report = ParityReport.OfActivations(Encoder, Reference, Query, new ParityTolerance(0, 0));
        Assert.True(report.Passed, report.ToString());
        Assert.True(report.SameNames, report.ToString());
        Assert.Equal("result", report.Entries[^1].Name);
        Assert.EndsWith($"all {report.Entries.Count} tensors agree.", report.Summary, StringComparison.Ordinal);
        report.AssertPassed(sameNames: true);
    }

    [Fact]
    public void OfActivations_ComposedQuery_SeesEveryLayerThatHasWeights()
    {
        var report = ParityReport.OfActivations(Encoder, Reference, Query);
        var seen = report.Entries.Select(entry => entry.Name).ToHashSet();
        var owners = Encoder.named_parameters().Select(entry => entry.name[..Math.Max(0, entry.name.LastIndexOf('.'))]);

        // Position embeddings are added as a table, without a look-up; the picture's own head takes no part in a composed query.
        Assert.Equal(
            ["text_encoder.embeddings.position_embeddings", "vision_proj", "visual_encoder"],
            owners.Where(owner => !seen.Contains(owner) || owner == "visual_encoder").Distinct().Order(StringComparer.Ordinal));
        Assert.Contains("visual_encoder", seen);
        Assert.Contains("text_encoder.encoder.layer.1.crossattention", seen);
    }

    [Theory]
    [InlineData("visual_encoder.patch_embed.proj")]
    [InlineData("visual_encoder.blocks.0.attn.qkv")]
    [InlineData("visual_encoder.blocks.1.mlp.fc2")]
    [InlineData("visual_encoder.blocks.2.norm2")]
    [InlineData("text_encoder.encoder.layer.0.attention.self.value")]
    [InlineData("text_encoder.encoder.layer.1.crossattention.output.dense")]
    [InlineData("text_proj")]
    public void OfActivations_OneWrongWeight_NamesItsLayer(string layer)
    {
        using (no_grad())
        {
            Encoder.state_dict()[layer + ".weight"].mul_(1.5);
        }

        var report = ParityReport.OfActivations(Encoder, Reference, Query, new ParityTolerance(1e-6, 1e-6));
        Assert.False(report.Passed);
        Assert.Equal(layer, report.FirstDivergence!.Name);
        Assert.Contains($"First divergence: {layer} [", report.Summary, StringComparison.Ordinal);
        Assert.Contains(report.Summary, Assert.ThrowsAny<Exception>(() => report.AssertPassed()).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void OfActivations_NamesOfOneSide_AreListedAndDoNotFail()
    {
        File.Move(Path.Combine(Reference, "visual_encoder.norm.npy"), Path.Combine(Reference, "visual_encoder.dropout.npy"));
        var report = ParityReport.OfActivations(Encoder, Reference, Query);
        Assert.True(report.Passed);
        Assert.False(report.SameNames);
        Assert.Equal(ParityVerdict.OnlyHere, report.Entries.Single(entry => entry.Name == "visual_encoder.norm").Verdict);
        Assert.Equal(ParityVerdict.OnlyInReference, report.Entries.Single(entry => entry.Name == "visual_encoder.dropout").Verdict);
        Assert.Contains("only in the reference: visual_encoder.dropout", report.ToString(), StringComparison.Ordinal);
        Assert.Contains("only here: visual_encoder.norm", report.ToString(), StringComparison.Ordinal);
        Assert.ThrowsAny<Exception>(() => report.AssertPassed(sameNames: true));
    }

    [Fact]
    public void OfActivations_NothingInCommon_Fails()
    {
        Array.ForEach(Directory.GetFiles(Reference), File.Delete);
        var report = ParityReport.OfActivations(Encoder, Reference, Query);
        Assert.False(report.Passed);
        Assert.Contains("no name is on both sides", report.Summary, StringComparison.Ordinal);
    }

    [Fact]
    public void OfActivations_LayerCalledTwice_ComparesBothCalls()
    {
        ReferenceTensors.Record(Encoder, Reference, Arguments(), Twice);
        Assert.True(File.Exists(Path.Combine(Reference, "visual_encoder.norm#2.npy")));
        NpyArray.Of(zeros(2, 17, 16)).Save(Path.Combine(Reference, "visual_encoder.norm#2.npy"));
        Assert.Equal("visual_encoder.norm#2", ParityReport.OfActivations(Encoder, Reference, Twice).FirstDivergence!.Name);

        Tensor? Twice(IReadOnlyDictionary<string, Tensor> inputs)
        {
            Encoder.EncodeVisual(inputs["image"]);
            return Encoder.EncodeVisual(inputs["image"]);
        }
    }

    [Fact]
    public void OfActivations_Afterwards_LeavesNoHooksAndNoTensors()
    {
        ParityReport.OfActivations(Encoder, Reference, Query);
        var before = LiveTensors.Settled();
        var report = ParityReport.OfActivations(Encoder, Reference, Query);
        LiveTensors.AssertNoMoreThan(before);
        Encoder.EncodeVisual(SmallBlip.Pixels(1));
        Assert.Equal(report.Entries.Count, ParityReport.OfActivations(Encoder, Reference, Query).Entries.Count);
    }

    [Fact]
    public void OfCheckpoint_AnotherModelsWeights_AreLoadedFirst()
    {
        var weights = _folder["weights.safetensors"];
        Checkpoint.WriteSafetensors(weights, Encoder.state_dict());
        using var other = SmallBlip.Create(new ModelOptions { Architecture = SmallBlip.Architecture, Vocabulary = SmallBlip.Vocabulary, Seed = 99 });
        var module = (BlipEncoder)other.Encoder;
        module.train();
        var run = (IReadOnlyDictionary<string, Tensor> inputs) => Query(module, inputs);
        Assert.False(ParityReport.OfActivations(module, Reference, run).Passed);
        ParityReport.OfCheckpoint(module, weights, BlipArchitecture.Family.GetCheckpointMap(ComposedModelParts.None), Reference, run, new ParityTolerance(0, 0)).AssertPassed(sameNames: true);
    }

    [Fact]
    public void OfActivations_ReferenceInOneFile_IsReadToo()
    {
        var file = _folder["reference.safetensors"];
        var tensors = Directory.GetFiles(Reference).ToDictionary(path => Path.GetFileNameWithoutExtension(path), path => NpyArray.Read(path).ToTensor());
        foreach (var (name, tensor) in Arguments())
        {
            tensors["inputs." + name] = tensor;
        }

        Checkpoint.WriteSafetensors(file, tensors);
        ParityReport.OfActivations(Encoder, file, Query, new ParityTolerance(0, 0)).AssertPassed(sameNames: true);
    }

    [Fact]
    public void OfActivations_NoSuchFolder_SaysSo() =>
        Assert.Contains(_folder["nowhere"], Assert.Throws<DirectoryNotFoundException>(() => ParityReport.OfActivations(Encoder, _folder["nowhere"], Query)).Message, StringComparison.Ordinal);

    [Fact]
    public void OfGradients_WrongAndMissing_AreNamedFromTheLossOn()
    {
        Query(Arguments())!.sum().backward();
        var gradients = Directory.CreateDirectory(_folder["gradients"]).FullName;
        foreach (var (name, parameter) in Encoder.named_parameters().Where(entry => entry.parameter.grad is not null))
        {
            NpyArray.Of(parameter.grad!).Save(Path.Combine(gradients, name + ".npy"));
        }

        ParityReport.OfGradients(Encoder, gradients, new ParityTolerance(0, 0)).AssertPassed(sameNames: true);
        foreach (var (name, parameter) in Encoder.named_parameters().Where(entry => entry.name.StartsWith("text_encoder.encoder.layer.0.attention.", StringComparison.Ordinal)))
        {
            parameter.grad!.add_(1);
        }

        NpyArray.Of(zeros(3)).Save(Path.Combine(gradients, "temp.npy"));
        var report = ParityReport.OfGradients(Encoder, gradients);
        Assert.Equal("text_encoder.encoder.layer.0.attention.output.LayerNorm.bias", report.FirstDivergence!.Name);
        Assert.Equal(ParityVerdict.OnlyInReference, report.Entries.Single(entry => entry.Name == "temp").Verdict);
    }

    private Dictionary<string, Tensor> Arguments()
    {
        var text = _model.TokenizeForEvaluation(SmallBlip.Captions[..2]);
        return new() { ["image"] = SmallBlip.Pixels(2), ["input_ids"] = text.IdsOn(CPU), ["attention_mask"] = text.MaskOn(CPU) };
    }

    private Tensor? Query(IReadOnlyDictionary<string, Tensor> inputs) => Query(Encoder, inputs);

    private static Tensor? Query(BlipEncoder encoder, IReadOnlyDictionary<string, Tensor> inputs) =>
        encoder.EncodeQuery(encoder.EncodeVisual(inputs["image"]), TokenBatch.From(inputs["input_ids"], inputs["attention_mask"]));
}
