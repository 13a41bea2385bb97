using CoVR.Modeling;
using CoVR.Modeling.Text;
using CoVR.Parity.Tests.Families;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip;

/// <summary>Embeddings of pictures and captions as the reference's tools write them.</summary>
public sealed class BlipEmbeddingParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => golden.Group == "blip_embs" && (golden.HasOutput("features") || golden.HasOutput("feats"));

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var family = new GoldenBlip();
        using var model = family.Load(golden);
        if (golden.HasOutput("features"))
        {
            NumericAssert.Matches(golden, "features", model.EncodeTarget(model.EncodeVisual(golden.InputTensor("image"))).squeeze(1));
            return;
        }

        var cleaner = new CaptionCleaner(golden.Config.GetProperty("max_words").GetInt32());
        string[] texts = [.. GoldenFamily.Strings(golden.OutputJson("texts")).Select(cleaner.Clean)];
        var tokens = family.Tokens(
            texts, golden.Config.GetProperty("max_length").GetInt32(), padToLength: golden.Config.GetProperty("padding").GetString() == "max_length");
        NumericAssert.Matches(golden, "feats", model.EncodeCaption(tokens));
    }
}
