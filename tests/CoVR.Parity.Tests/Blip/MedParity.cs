using CoVR.Blip;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Layers;
using CoVR.Parity.Tests.Families;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip;

/// <summary>BLIP's text encoder alone and with visual tokens, layer by layer.</summary>
public sealed class MedParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => golden.Group == "med" && golden.Function.Contains("BertModel.forward", StringComparison.Ordinal);

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var model = new MedTextEncoder(
            GoldenBlip.Med(golden.Config), golden.Config.GetProperty("encoder_width").GetInt32(), new GoldenBlip().Tokenizer.EncId);
        Checkpoint.Load(model, golden.InputPath("weights"), new CheckpointMap { Root = "model" });
        model.eval();
        Compare(golden, model);
        using var noGrad = no_grad();
        Compare(golden, model);
        GoldenFamily.Pack(model);
        Compare(golden, model);
    }

    private static void Compare(GoldenCase golden, MedTextEncoder model)
    {
        var ids = golden.InputTensor("input_ids");
        var mask = golden.HasInput("attention_mask") ? golden.InputTensor("attention_mask") : ones_like(ids);
        var text = TokenBatch.From(ids, mask);
        var visual = golden.HasInput("encoder_hidden_states") ? golden.InputTensor("encoder_hidden_states") : null;
        var visualMask = golden.HasInput("encoder_attention_mask") ? golden.InputTensor("encoder_attention_mask") : null;
        NumericAssert.Matches(golden, "last_hidden_state", visual is null ? model.Encode(text) : model.EncodeWithImage(text, visual, visualMask));
        if (golden.HasOutput("hidden_states"))
        {
            var penalty = visualMask is null ? null : BertMasks.ForEncoder(visualMask);
            CompareLayers(golden, model, ids, new BertContext(BertMasks.ForText(mask), visual, penalty));
        }
    }

    private static void CompareLayers(GoldenCase golden, MedTextEncoder model, Tensor ids, BertContext context)
    {
        var hidden = model.Embeddings.Embed(ids);
        List<Tensor> states = [hidden];
        foreach (var layer in model.Encoder.Layers)
        {
            hidden = layer.Apply(hidden, context);
            states.Add(hidden);
        }

        NumericAssert.Matches(golden, "hidden_states", stack(states));
    }
}
