using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using CoVR.Evaluation;
using CoVR.Modeling;
using CoVR.Modeling.Families;
using CoVR.Parity.Tests.Metrics;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests.Families;

/// <summary>Queries, targets, similarities and figures of the reference's tests: both parts, one part, their average, captions as second targets.</summary>
public sealed partial class QueryParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => GoldenFamily.OfQueries(golden) is not null && golden.HasOutput("query_feats");

    public void Check(GoldenCase golden)
    {
        using var scope = NewDisposeScope();
        using var noGrad = no_grad();
        var family = GoldenFamily.OfQueries(golden)!;
        using var model = family.Load(golden);
        Compare(golden, family, model);
        GoldenFamily.Pack(model);
        Compare(golden, family, model);
    }

    private static void Compare(GoldenCase golden, GoldenFamily family, ComposedFamilyEncoder model)
    {
        var query = Unit(cat([.. golden.Config.GetProperty("batches").EnumerateArray().Select(batch => Encode(golden, family, model, batch[0].GetInt32(), batch[1].GetInt32()))]));
        var target = Unit(golden.InputTensor("tar_img_feat"));
        NumericAssert.Matches(golden, "query_feats", query);
        NumericAssert.Matches(golden, "tar_img_feats", target);
        var similarity = Masked(golden, Similarity(golden, Pool(query), Pool(target)));
        NumericAssert.Matches(golden, "sim_q2t", similarity);
        CompareFigures(golden, similarity);
    }

    private static Tensor Encode(GoldenCase golden, GoldenFamily family, ComposedFamilyEncoder model, int start, int end)
    {
        var (length, padToLength) = family.EvaluationText(golden);
        var text = family.Tokens(GoldenFamily.Strings(golden.InputJson("captions"))[start..end], length, padToLength);
        var parts = GoldenFamily.VariantOf(golden).Parts;
        var visual = parts.HasFlag(QueryParts.Reference) ? model.EncodeVisual(golden.InputTensor("ref_img").narrow(0, start, end - start)) : null;

        // One part or an average gives one vector: the text's own, or the mean over the reference's.
        var query = model.EncodeQuery(visual, text, parts);
        return parts == QueryParts.Both && query.shape[1] > 1 ? query : Pool(query);
    }

    private static Tensor Similarity(GoldenCase golden, Tensor query, Tensor target)
    {
        var images = query.mm(target.t());
        if (!golden.HasInput("tar_txt_feat"))
        {
            return images;
        }

        var (text, image) = (Weight("w_txt"), Weight("w_img"));
        using Scalar textShare = text / (text + image);
        using Scalar imageShare = image / (text + image);
        return images.mul(imageShare) + query.mm(Unit(golden.InputTensor("tar_txt_feat")).t()).mul(textShare);

        double Weight(string name) => double.Parse(
            WeightPattern().Matches(golden.Function).First(match => match.Groups[1].Value == name).Groups[2].Value, CultureInfo.InvariantCulture);
    }

    /// <summary>[B, Q, D] to [B, D] by the mean, not renormalised.</summary>
    private static Tensor Pool(Tensor vectors) => vectors.dim() == 3 ? vectors.mean([1]) : vectors;

    private static Tensor Unit(Tensor vectors) => nn.functional.normalize(vectors, dim: -1);

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

    // The validation rounds to four decimals, and once more to two for its file; the tests to two.
    private static void CompareFigures(GoldenCase golden, Tensor similarity)
    {
        if (!golden.HasOutput("recalls"))
        {
            return;
        }

        var expected = golden.OutputJson("recalls");
        var digits = golden.Function.Contains("utils.py", StringComparison.Ordinal) ? 4 : 2;
        int?[] ranks = [.. similarity.contiguous().data<float>().ToArray().Chunk((int)similarity.shape[1]).Select((scores, row) =>
            RetrievalMetrics.RankOf(ScoreMatrix.Ranking(scores, Column), Column(row)))];
        Compare(expected.GetProperty("eval_recall"), "", digits);
        Compare(expected.GetProperty("logged"), "val/", digits);
        Compare(expected.GetProperty("json") is { ValueKind: JsonValueKind.Object } file ? file.GetProperty("content") : default, "", 2);

        void Compare(JsonElement figures, string prefix, int places)
        {
            foreach (var figure in figures.ValueKind == JsonValueKind.Object ? figures.EnumerateObject().Where(figure => figure.Value.ValueKind == JsonValueKind.Number) : [])
            {
                var value = RetrievalMetrics.Round(RecallParity.Figure(figure.Name[prefix.Length..], ranks), digits);
                ScoreMatrix.AssertFigure(figure.Value, value, places, golden, figure.Name);
            }
        }
    }

    private static MediaId Column(int column) => new($"{column}");

    [GeneratedRegex(@"(w_txt|w_img)=([0-9.]+)")]
    private static partial Regex WeightPattern();
}
