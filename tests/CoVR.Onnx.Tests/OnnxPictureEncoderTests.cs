using CoVR.Conformance;
using CoVR.Modeling;
using CoVR.Modeling.Native;
using CoVR.Onnx.Tests.Files;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Onnx.Tests;

[Collection("torch")]
public sealed class OnnxPictureEncoderTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public OnnxPictureEncoderTests() => NativeTorch.EnsureLoaded();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData("", 1)]
    [InlineData(", \"layout\": \"nhwc\"", 1)]
    [InlineData(", \"white\": 255", 255)]
    [InlineData(", \"white\": 255, \"mean\": [10, 20, 30], \"std\": [2, 2, 2]", 255)]
    public void Encode_OfAFlatPicture_GivesItsNormalisedColours(string description, float white)
    {
        using var encoder = OnnxPictureEncoder.Load(ForeignModel.Colours(_folder, description));
        var (mean, std) = description.Contains("mean", StringComparison.Ordinal) ? (new float[] { 10, 20, 30 }, 2f) : ([0, 0, 0], 1f);

        var features = Encode(encoder, Flat(255, 51, 0));

        Assert.Equal([(white - mean[0]) / std, ((white / 5) - mean[1]) / std, -mean[2] / std], features, (a, b) => Math.Abs(a - b) < 1e-3f);
    }

    [Fact]
    public void Encode_WithBlueFirst_ExchangesTheColours()
    {
        using var encoder = OnnxPictureEncoder.Load(ForeignModel.Colours(_folder, ", \"channels\": \"bgr\", \"mean\": [0.5, 0, 0]"));

        Assert.Equal([0f, 0.2f, 0.5f], Encode(encoder, Flat(255, 51, 0)), (a, b) => Math.Abs(a - b) < 1e-5f);
    }

    [Theory]
    [InlineData("stretch", 0.5f)]
    [InlineData("crop", 1)]
    [InlineData("pad", 0.25f)]
    public void Transform_OfAWidePicture_MakesItASquare(string resize, float expected)
    {
        // 8 x 4, white in the middle half.
        var frame = new RgbFrame(8, 4, Enumerable.Range(0, 8 * 4 * 3).Select(i => (byte)(i / 3 % 8 is >= 2 and < 6 ? 255 : 0)).ToArray());
        using var encoder = OnnxPictureEncoder.Load(ForeignModel.Colours(_folder, $", \"filter\": \"bilinear\", \"resize\": \"{resize}\""));

        Assert.Equal(expected, Encode(encoder, frame)[0], 0.03f);
    }

    [Fact]
    public void Encode_WhereTheGraphTakesOnePicture_RunsOneByOne()
    {
        using var scope = NewDisposeScope();
        var pixels = rand(3, 3, 4, 4);
        using var free = OnnxPictureEncoder.Load(ForeignModel.Colours(_folder));
        var expected = free.Encode(pixels);
        using var single = OnnxPictureEncoder.Load(ForeignModel.Colours(_folder, sizes: [1, 3, 4, 4]));

        Assert.True(single.Encode(pixels).allclose(expected));
        Assert.Equal([3, 1, 3], expected.shape);
    }

    [Fact]
    public void Sha256_OfAnotherDescription_Differs()
    {
        using var first = OnnxPictureEncoder.Load(ForeignModel.Colours(_folder));
        using var second = OnnxPictureEncoder.Load(ForeignModel.Colours(_folder, ", \"channels\": \"bgr\", \"license\": \"MIT\""));

        Assert.NotEqual(first.Sha256, second.Sha256);
        Assert.NotEqual(first.Rounding, second.Rounding);
        Assert.Equal(("colours", "MIT"), (second.Name, second.License));
    }

    [Theory]
    [InlineData(", \"input\": \"image\"", "colours.onnx", "no input 'image'; its inputs are pixels")]
    [InlineData(", \"output\": \"pooled\"", "colours.onnx", "no output 'pooled'; its outputs are features")]
    [InlineData(", \"size\": 5", "colours.onnx", "failed on 'pixels' [1, 3, 5, 5]")]
    [InlineData(", \"size\": 0", "colours.json", "Size")]
    [InlineData(", \"mean\": [1]", "colours.json", "Mean")]
    [InlineData(", \"meen\": [1, 1, 1]", "colours.json", "meen")]
    [InlineData(", \"resize\": \"squash\"", "colours.json", "resize")]
    [InlineData(", \"model\": \"other.onnx\"", "colours.json", "other.onnx")]
    public void Load_OfAFaultyDescription_NamesFileAndNode(string description, string file, string reason)
    {
        var fault = Assert.Throws<OnnxEngineException>(() => OnnxPictureEncoder.Load(ForeignModel.Colours(_folder, description)));

        Assert.Contains(file, fault.Message, StringComparison.Ordinal);
        Assert.Contains(reason, fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfADoubleInput_NamesNodeAndType()
    {
        const int Double = 11;

        var fault = Assert.Throws<OnnxEngineException>(() => OnnxPictureEncoder.Load(ForeignModel.Colours(_folder, type: Double)));

        Assert.Contains("colours.onnx: its input 'pixels' is Double, not Float", fault.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(40)]
    public void Load_OfACutFile_NamesIt(int length)
    {
        var description = ForeignModel.Colours(_folder);
        File.WriteAllBytes(_folder["colours.onnx"], File.ReadAllBytes(_folder["colours.onnx"])[..length]);

        var fault = Assert.Throws<OnnxEngineException>(() => OnnxPictureEncoder.Load(description));

        Assert.Contains("colours.onnx", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_OfAGraphOfFourPictures_AsksForAnother()
    {
        var fault = Assert.Throws<OnnxEngineException>(() => OnnxPictureEncoder.Load(ForeignModel.Colours(_folder, sizes: [4, 3, 4, 4])));

        Assert.Contains("'pixels' takes batches of exactly 4", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Encode_Disposed_IsRefused()
    {
        var encoder = OnnxPictureEncoder.Load(ForeignModel.Colours(_folder));
        encoder.Dispose();
        using var scope = NewDisposeScope();

        Assert.Throws<ObjectDisposedException>(() => encoder.Encode(zeros(1, 3, 4, 4)));
    }

    private static RgbFrame Flat(byte red, byte green, byte blue) => new(6, 4, Enumerable.Repeat(new[] { red, green, blue }, 6 * 4).SelectMany(pixel => pixel).ToArray());

    private static float[] Encode(OnnxPictureEncoder encoder, RgbFrame frame)
    {
        using var scope = NewDisposeScope();
        var pixels = new float[3 * 4 * 4];
        encoder.Transform.Apply(frame, new Random(1), pixels);
        return encoder.Encode(tensor(pixels, [1, 3, 4, 4])).data<float>().ToArray();
    }
}

/// <summary>A foreign file keeps what every visual encoder keeps.</summary>
public sealed class OnnxPictureEncoderConformance : VisualEncoderConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    protected override IVisualEncoder Create() => OnnxPictureEncoder.Load(ForeignModel.Colours(_folder));
}
