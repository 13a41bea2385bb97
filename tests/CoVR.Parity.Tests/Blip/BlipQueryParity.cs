using CoVR.Blip;
using CoVR.Modeling;
using CoVR.TestSupport;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Blip;

/// <summary>Queries, targets and similarities of the reference's tests: both parts, text only, picture only.</summary>
public sealed class BlipQueryParity : IParityCheck
{
    private const int TestLength = 64;

    public bool Handles(GoldenCase golden) => golden.Group == "blip_cir" && golden.HasOutput("query_feats");

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        using var model = GoldenBlip.Load(golden);
        var captions = GoldenBlip.Strings(golden.InputJson("captions"));
        var pixels = golden.InputTensor("ref_img");
        var queries = golden.Config.GetProperty("batches").EnumerateArray()
            .Select(batch => Encode(model, captions, pixels, batch[0].GetInt32(), batch[1].GetInt32(), Parts(golden)))
            .ToList();
        var query = nn.functional.normalize(cat(queries), dim: -1);
        var target = nn.functional.normalize(golden.InputTensor("tar_img_feat"), dim: -1);
        NumericAssert.Matches(golden, "query_feats", query);
        NumericAssert.Matches(golden, "tar_img_feats", target);
        NumericAssert.Matches(golden, "sim_q2t", Masked(golden, query.mm(target.t())));
    }

    private static QueryParts Parts(GoldenCase golden) =>
        golden.Function.Contains("TextOnly", StringComparison.Ordinal) ? QueryParts.Modification
        : golden.Function.Contains("VisualOnly", StringComparison.Ordinal) ? QueryParts.Reference
        : QueryParts.Both;

    private static Tensor Encode(BlipEncoder model, string[] captions, Tensor pixels, int start, int end, QueryParts parts)
    {
        var text = GoldenBlip.Tokens(captions[start..end], TextPadding.Longest, TestLength);
        var visual = parts.HasFlag(QueryParts.Reference) ? model.EncodeVisual(pixels.narrow(0, start, end - start)) : null;
        return model.EncodeQuery(visual, text, parts).squeeze(1);
    }

    /// <summary>Where a query's reference is the target, the reference writes -10, unless it was asked not to.</summary>
    private static Tensor Masked(GoldenCase golden, Tensor similarity)
    {
        if (golden.Function.Contains("remove_self_similarity=False", StringComparison.Ordinal))
        {
            return similarity;
        }

        var references = golden.InputJson("ref_ids").EnumerateArray().Select(id => id.ToString()).ToArray();
        var targets = golden.InputJson("tar_ids").EnumerateArray().Select(id => id.ToString()).ToArray();
        var same = tensor(
            references.SelectMany(reference => targets.Select(target => target == reference)).ToArray(), [references.Length, targets.Length]);
        return similarity.masked_fill(same, -10);
    }
}
