using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Layers;
using CoVR.Parity.Tests.Families;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip;

/// <summary>The vision transformer: embedding, first block, all tokens.</summary>
public sealed class BlipVisionParity : IParityCheck
{
    public bool Handles(GoldenCase golden) =>
        golden.Group == "blip_vit" && golden.Function.Contains("VisionTransformer.forward", StringComparison.Ordinal);

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var model = new VisionTransformer(GoldenBlip.Vision(golden.Config), ImageInput.Clip(golden.Config.GetProperty("img_size").GetInt32()));
        Checkpoint.Load(model, golden.InputPath("weights"), new CheckpointMap { Root = "model" });
        model.eval();
        var image = golden.InputTensor("image");
        Compare(golden, model, image);
        using var noGrad = no_grad();
        Compare(golden, model, image);
        NumericAssert.Matches(golden, "tokens", GoldenFamily.EncodeByOnnx(model, image));
        GoldenFamily.Pack(model);
        Compare(golden, model, image);
    }

    private static void Compare(GoldenCase golden, VisionTransformer model, Tensor image)
    {
        var embedded = model.Embed(image);
        NumericAssert.Matches(golden, "after_embed", embedded);
        NumericAssert.Matches(golden, "after_block0", model.Blocks[0].forward(embedded));
        NumericAssert.Matches(golden, "after_embed", embedded);
        NumericAssert.Matches(golden, "tokens", model.Encode(image));
    }
}
