using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Layers;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Blip.Tests;

/// <summary>BLIP's captions with a tiny model whose file has the names of the published one.</summary>
[Collection("torch")]
public sealed class CaptionModelTests : IDisposable
{
    private static readonly string[] Vocabulary = [.. SmallBlip.Vocabulary, "picture", "of", "##s"];
    private static readonly BlipArchitecture Architecture = SmallBlip.Architecture with { Text = SmallBlip.Architecture.Text with { VocabularySize = Vocabulary.Length + 2 } };

    private readonly TemporaryFolder _folder = new();
    private readonly DisposeScope _scope = NewDisposeScope();

    public CaptionModelTests() => File.WriteAllLines(_folder["vocab.txt"], Vocabulary);

    public void Dispose()
    {
        _scope.Dispose();
        _folder.Dispose();
    }

    [Fact]
    public void LoadCaptioner_PublishedNames_LoadsEveryWeightAndDescribes()
    {
        Save(Weights(_ => { }));

        var describe = BlipArchitecture.LoadCaptioner(_folder["captions.safetensors"], _folder["vocab.txt"], Architecture);
        var caption = describe(Picture(3));

        Assert.NotEmpty(caption);
        Assert.Equal(caption, describe(Picture(3)));
        Assert.All(caption.Split(' '), word => Assert.Contains(word.Replace("s", "", StringComparison.Ordinal), string.Concat(Vocabulary), StringComparison.Ordinal));
    }

    [Fact]
    public void LoadCaptioner_BiasOfOneWord_WritesThatWordAndJoinsPieces()
    {
        Save(Weights(state =>
        {
            state["text_decoder.cls.predictions.decoder.weight"].zero_();
            state["text_decoder.cls.predictions.decoder.bias"].zero_();
            state["text_decoder.cls.predictions.decoder.bias"][Array.IndexOf(Vocabulary, "##s")] = 5f;
        }));

        var caption = BlipArchitecture.LoadCaptioner(_folder["captions.safetensors"], _folder["vocab.txt"], Architecture)(Picture(3));

        // [DEC] a picture of, and 26 pieces up to 30 tokens.
        Assert.Equal(new string('s', 26), caption);
    }

    [Fact]
    public void LoadCaptioner_RetrievalModel_SaysWhatIsMissing()
    {
        Save(Weights(_ => { }).Where(entry => !entry.Key.StartsWith("text_decoder.", StringComparison.Ordinal)).ToDictionary());

        var error = Assert.ThrowsAny<CoVRException>(() => BlipArchitecture.LoadCaptioner(_folder["captions.safetensors"], _folder["vocab.txt"], Architecture));

        Assert.Contains("captions.safetensors", error.Message, StringComparison.Ordinal);
    }

    private static RgbFrame Picture(int seed)
    {
        var pixels = new byte[20 * 20 * 3];
        new Random(seed).NextBytes(pixels);
        return new RgbFrame(20, 20, pixels);
    }

    private static Dictionary<string, Tensor> Weights(Action<Dictionary<string, Tensor>> change)
    {
        using var noGrad = no_grad();
        var model = new CaptionModel(Architecture);
        using var generator = new Generator(5);
        var state = model.state_dict().ToDictionary(
            entry => entry.Key switch
            {
                var key when key.StartsWith("bert.", StringComparison.Ordinal) => "text_decoder." + key,
                var key when key.StartsWith("visual_encoder.", StringComparison.Ordinal) => key,
                var key when key.StartsWith("decoder.", StringComparison.Ordinal) => "text_decoder.cls.predictions." + key,
                var key => "text_decoder.cls.predictions.transform." + key,
            },
            entry => entry.Value.is_floating_point() ? empty(entry.Value.shape).normal_(0, 0.3, generator) : entry.Value.clone());
        state["text_decoder.cls.predictions.bias"] = state["text_decoder.cls.predictions.decoder.bias"].clone();
        change(state);
        return state;
    }

    private void Save(Dictionary<string, Tensor> state) => Checkpoint.WriteSafetensors(_folder["captions.safetensors"], state);
}
