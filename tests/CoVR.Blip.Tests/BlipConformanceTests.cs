using CoVR.Conformance;
using CoVR.Modeling;
using TorchSharp;

namespace CoVR.Blip.Tests;

/// <summary>The whole model and each of its parts through the suites that plug-ins derive.</summary>
[Collection("torch")]
public sealed class BlipConformanceTests : ComposedEncoderConformance
{
    protected override IReadOnlyList<string> Texts => ["make it blue", "a smaller red square on the left"];

    protected override ComposedModel Create() => BlipModel.Create(SmallBlip.Options());
}

[Collection("torch")]
public sealed class BlipVisionConformanceTests : VisualEncoderConformance
{
    protected override IVisualEncoder Create() => Part(encoder => encoder.Visual);

    internal static T Part<T>(Func<BlipEncoder, T> choose)
    {
        var encoder = (BlipEncoder)BlipModel.Create(SmallBlip.Options()).Encoder;
        return choose(encoder);
    }
}

[Collection("torch")]
public sealed class MedTextEncoderConformanceTests : TextEncoderConformance
{
    protected override IReadOnlyList<IReadOnlyList<long>> Texts => [[2, 5, 6, 8, 3], [2, 10, 11, 7, 3]];

    protected override ITextEncoder Create() => BlipVisionConformanceTests.Part(encoder => encoder.Text);
}

[Collection("torch")]
public sealed class CrossAttentionFusionConformanceTests : FusionModuleConformance
{
    protected override int VisualWidth => SmallBlip.Architecture.Vision.Width;

    protected override int Dimensions => SmallBlip.Architecture.Dimensions;

    protected override IReadOnlyList<IReadOnlyList<long>> Texts => [[2, 5, 6, 8, 3], [2, 10, 11, 7, 3]];

    protected override IFusionModule Create() => BlipVisionConformanceTests.Part(encoder => new EncoderFusion(encoder));

    /// <summary>Reaches BLIP's fusion through the encoder that owns its layers.</summary>
    private sealed class EncoderFusion(BlipEncoder encoder) : IFusionModule, IDisposable
    {
        public torch.Tensor Fuse(torch.Tensor? visualTokens, TokenBatch? text) => encoder.EncodeQuery(
            visualTokens, text, (visualTokens is null ? 0 : QueryParts.Reference) | (text is null ? 0 : QueryParts.Modification));

        public void Dispose() => encoder.Dispose();
    }
}
