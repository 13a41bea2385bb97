using CoVR.Blip2;
using CoVR.Modeling;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Layers;
using CoVR.Parity.Tests.Families;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip2;

/// <summary>The Q-Former on queries and texts, on queries alone and on texts alone, layer by layer.</summary>
public sealed class QFormerParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => golden.Group == "qformer" && golden.Function.Contains("BertModel.forward", StringComparison.Ordinal);

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var model = new QFormer(
            GoldenBlip2.Former(
                golden.Config, golden.Config.GetProperty("cross_attention_freq").GetInt32(), golden.Config.GetProperty("vocab_size_after_resize").GetInt32()),
            golden.Config.GetProperty("encoder_width").GetInt32());
        Checkpoint.Load(model, golden.InputPath("weights"), new CheckpointMap { Root = "model" });
        model.eval();
        Compare(golden, model);
        using var noGrad = no_grad();
        Compare(golden, model);
        GoldenFamily.Pack(model);
        Compare(golden, model);
    }

    private static void Compare(GoldenCase golden, QFormer model)
    {
        var queries = golden.HasInput("query_embeds") ? golden.InputTensor("query_embeds") : null;
        var ids = golden.HasInput("input_ids") ? golden.InputTensor("input_ids") : null;
        var mask = golden.HasInput("attention_mask") ? golden.InputTensor("attention_mask") : ids is null ? null : ones_like(ids);
        var visual = golden.HasInput("encoder_hidden_states") ? golden.InputTensor("encoder_hidden_states") : null;
        var visualMask = golden.HasInput("encoder_attention_mask") ? golden.InputTensor("encoder_attention_mask") : null;

        // The fixtures' masks cover the queries too, which are never padded.
        var text = ids is null ? null : TokenBatch.From(ids, mask!.narrow(1, mask.shape[1] - ids.shape[1], ids.shape[1]));
        NumericAssert.Matches(golden, "last_hidden_state", queries is null ? model.Encode(text!) : model.Encode(queries, visual!, text, visualMask));
        if (golden.HasOutput("hidden_states"))
        {
            var context = new BertContext(
                mask is null ? null : BertMasks.ForText(mask), visual, visualMask is null ? null : BertMasks.ForEncoder(visualMask), (int)(queries?.shape[1] ?? 0));
            CompareLayers(golden, model, model.Bert.Embeddings.Embed(ids, queries), context);
        }
    }

    private static void CompareLayers(GoldenCase golden, QFormer model, Tensor hidden, BertContext context)
    {
        List<Tensor> states = [hidden];
        foreach (var layer in model.Bert.Encoder.Layers)
        {
            hidden = layer.Apply(hidden, context);
            states.Add(hidden);
        }

        NumericAssert.Matches(golden, "hidden_states", stack(states));
    }
}
