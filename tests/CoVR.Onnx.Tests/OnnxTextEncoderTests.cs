using CoVR.Modeling.Native;
using CoVR.Onnx.Tests.Files;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Onnx.Tests;

[Collection("torch")]
public sealed class OnnxTextEncoderTests : IDisposable
{
    // [CLS] a red circle [SEP].
    private static readonly float[] Ids = [2, 5, 6, 8, 3];

    private readonly TemporaryFolder _folder = new();

    public OnnxTextEncoderTests() => NativeTorch.EnsureLoaded();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("mean", 4.8f)]
    [InlineData("first", 2)]
    public void Encode_OfTextsOfTwoLengths_PoolsTokensWithoutPadding(string pooling, float expected)
    {
        using var encoder = OnnxTextEncoder.Load(ForeignModel.Tokens(_folder, $", \"pooling\": \"{pooling}\""));
        using var scope = NewDisposeScope();

        var vectors = encoder.Encode(encoder.Tokenizer.Encode(["a red circle", "a"], 16));

        Assert.Equal([2, 1, 2], vectors.shape);
        Assert.Equal([expected, 1], vectors[0].data<float>().ToArray(), (a, b) => Math.Abs(a - b) < 1e-5f);
    }

    [Fact]
    public void Encode_WithoutPooling_GivesAllTokens()
    {
        using var encoder = OnnxTextEncoder.Load(ForeignModel.Tokens(_folder, ", \"pooling\": \"none\""));
        using var scope = NewDisposeScope();

        var tokens = encoder.Encode(encoder.Tokenizer.Encode(["a red circle"], 16));

        Assert.Equal(Ids, tokens.select(2, 0).contiguous().data<float>().ToArray());
        Assert.Equal(2, encoder.Width);
    }

    [Theory]
    [InlineData(1, 16, ForeignModel.Int64)]
    [InlineData(-1, 16, ForeignModel.Int32)]
    [InlineData(1, -1, ForeignModel.Int32)]
    public void Encode_WhereSizesAreFixed_GivesTheSameVectors(int batch, int length, int type)
    {
        using var free = OnnxTextEncoder.Load(ForeignModel.Tokens(_folder));
        using var scope = NewDisposeScope();
        var text = free.Tokenizer.Encode(["a red circle", "blue", "a a"], 16);
        var expected = free.Encode(text);
        using var bound = OnnxTextEncoder.Load(ForeignModel.Tokens(_folder, sizes: [batch, length], type: type));

        Assert.True(bound.Encode(text).allclose(expected));
    }

    [Theory]
    [InlineData(true, 6)]
    [InlineData(false, 9)]
    public void Encode_OfACapital_FollowsTheVocabulary(bool lowerCase, float expected)
    {
        using var encoder = OnnxTextEncoder.Load(ForeignModel.Tokens(_folder, $", \"pooling\": \"none\", \"lowerCase\": {(lowerCase ? "true" : "false")}"));
        using var scope = NewDisposeScope();

        Assert.Equal(expected, encoder.Encode(encoder.Tokenizer.Encode(["Red"], 16))[0, 1, 0].item<float>());
    }

    [Fact]
    public void Encode_OfTooManyTokens_IsRefused()
    {
        using var encoder = OnnxTextEncoder.Load(ForeignModel.Tokens(_folder));
        using var scope = NewDisposeScope();
        var text = encoder.Tokenizer.Encode([string.Join(' ', Enumerable.Repeat("a", 30))], 32);

        var fault = Assert.Throws<ArgumentException>(() => encoder.Encode(text));

        Assert.Contains("32 tokens; tokens takes 16", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(", \"ids\": \"input_ids\"", "tokens.onnx", "no input 'input_ids'; its inputs are ids, mask")]
    [InlineData(", \"mask\": null", "tokens.onnx", "has an input 'mask' that the description does not give")]
    [InlineData(", \"types\": \"token_type_ids\"", "tokens.onnx", "no input 'token_type_ids'")]
    [InlineData(", \"vocabulary\": \"none.txt\"", "tokens.json", "none.txt")]
    [InlineData(", \"vocabulary\": \"tokens.json\"", "tokens.json", "not a vocabulary")]
    [InlineData(", \"maxLength\": 1", "tokens.json", "MaxLength")]
    public void Load_OfAFaultyDescription_NamesFileAndNode(string description, string file, string reason)
    {
        var fault = Assert.Throws<OnnxEngineException>(() => OnnxTextEncoder.Load(ForeignModel.Tokens(_folder, description)));

        Assert.Contains(file, fault.Message, StringComparison.Ordinal);
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfFloatIds_NamesNodeAndType()
    {
        var fault = Assert.Throws<OnnxEngineException>(() => OnnxTextEncoder.Load(ForeignModel.Tokens(_folder, type: ForeignModel.Float)));

        Assert.Contains("tokens.onnx", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Encode_FromSeveralThreads_GivesTheSameNumbers()
    {
        using var encoder = OnnxTextEncoder.Load(ForeignModel.Tokens(_folder));
        var text = encoder.Tokenizer.Encode(["a red circle", "blue"], 16);
        var alone = Values();

        Assert.All(await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(Values))), values => Assert.Equal(alone, values));

        float[] Values()
        {
            using var scope = NewDisposeScope();
            return encoder.Encode(text).data<float>().ToArray();
        }
    }
}
