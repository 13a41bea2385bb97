using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Layers;
using CoVR.Parity.Tests.Families;
using CoVR.TestSupport;
using TorchSharp;
using TorchSharp.Utils;
using static TorchSharp.torch;
using LayerNorm = TorchSharp.Modules.LayerNorm;

namespace CoVR.Parity.Tests.Blip2;

/// <summary>EVA's and CLIP's vision transformers: first block, all tokens, and the norm that BLIP-2 puts behind them.</summary>
public sealed class Blip2VisionParity : IParityCheck
{
    public bool Handles(GoldenCase golden) =>
        golden.Group is "eva_vit" or "clip_vit" && golden.Function.Contains("VisionTransformer.forward", StringComparison.Ordinal);

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var model = new NormedVision(golden);
        Checkpoint.Load(model, golden.InputPath("weights"), new CheckpointMap { Root = "model" });
        model.eval();
        model.Compare(golden);
        using var noGrad = no_grad();
        model.Compare(golden);
        model.CompareOnnx(golden);
        GoldenFamily.Pack(model);
        model.Compare(golden);
    }

    private sealed class NormedVision : nn.Module
    {
        [ComponentName(Name = "visual_encoder")]
        private readonly VisionTransformerModule _visual;

        [ComponentName(Name = "ln_vision")]
        private readonly LayerNorm _norm;

        public NormedVision(GoldenCase golden)
            : base(nameof(NormedVision))
        {
            var side = golden.Config.TryGetProperty("img_size", out var size) ? size : golden.Config.GetProperty("input_resolution");
            _visual = VisionTransformerModule.Create(GoldenBlip2Vision.Options(golden.Config), ImageInput.Clip(side.GetInt32()));
            _norm = nn.LayerNorm(_visual.Width, golden.Config.GetProperty("ln_vision_eps").GetDouble());
            RegisterComponents();
        }

        public void CompareOnnx(GoldenCase golden) => NumericAssert.Matches(golden, "tokens", GoldenFamily.EncodeByOnnx(_visual, golden.InputTensor("image")));

        public void Compare(GoldenCase golden)
        {
            var image = golden.InputTensor("image");
            if (golden.HasOutput("after_block0"))
            {
                NumericAssert.Matches(golden, "after_block0", _visual.Blocks[0].forward(_visual.Embed(image)));
            }

            var tokens = _visual.Encode(image);
            NumericAssert.Matches(golden, "tokens", tokens);
            NumericAssert.Matches(golden, "ln_vision", _norm.forward(tokens));
        }
    }
}
