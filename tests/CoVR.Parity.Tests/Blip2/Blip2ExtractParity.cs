using CoVR.Blip2;
using CoVR.Modeling;
using CoVR.Modeling.Text;
using CoVR.Parity.Tests.Families;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip2;

/// <summary>What LAVIS' feature extractor gives, from which the reference's embedding tools take targets and captions.</summary>
public sealed class Blip2ExtractParity : IParityCheck
{
    private const int Words = 50;

    public bool Handles(GoldenCase golden) => golden.Group == "blip2_extract" && (golden.HasOutput("image_embeds_proj") || golden.HasOutput("feats"));

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = (Blip2Encoder)new GoldenBlip2().Load(golden);
        if (golden.HasOutput("feats"))
        {
            NumericAssert.Matches(golden, "feats", model.EncodeCaption(Tokens(Texts(GoldenFamily.Strings(golden.OutputJson("texts"))))));
            return;
        }

        CompareFeatures(golden, model);
    }

    private static void CompareFeatures(GoldenCase golden, Blip2Encoder model)
    {
        var texts = Texts(GoldenFamily.Strings(golden.InputJson("raw_texts")));
        Assert.Equal(GoldenFamily.Strings(golden.OutputJson("processed_texts")), texts);
        var visual = model.EncodeVisual(golden.InputTensor("image"));
        var queries = model.state_dict()["query_tokens"];
        NumericAssert.Matches(golden, "image_embeds", model.Former.Encode(queries, visual));
        NumericAssert.Matches(golden, "image_embeds_proj", model.EncodeTarget(visual));
        var tokens = Tokens(texts);
        NumericAssert.Matches(golden, "text_embeds", model.Former.Encode(tokens));
        NumericAssert.Matches(golden, "text_embeds_proj_first", model.EncodeCaption(tokens));
        using var expected = golden.OutputTensor("multimodal_embeds");

        // The extractor takes one text a picture, and they are padded on their own.
        var paired = Tokens(texts[..(int)visual.shape[0]]);
        NumericAssert.Matches(golden, "multimodal_embeds", model.Former.Encode(queries, visual, paired).narrow(1, 0, expected.shape[1]));
    }

    private static string[] Texts(string[] raw)
    {
        var cleaner = new CaptionCleaner(Words);
        return [.. raw.Select(cleaner.Clean)];
    }

    // Padded to the longest and never cut.
    private static TokenBatch Tokens(string[] texts) => new GoldenBlip2().Tokens(texts, 512);
}
