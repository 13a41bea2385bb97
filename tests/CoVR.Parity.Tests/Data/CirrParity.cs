using System.Text.Json;
using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.Cirr;
using CoVR.Modeling.Text;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests.Data;

/// <summary>The entries of <c>CIRRDataset</c>.</summary>
public sealed class CirrParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "data" && golden.Function.Contains("CIRRDataset", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        var split = golden.Config.GetProperty("split").GetString() switch
        {
            "train" => DatasetSplit.Train,
            "val" => DatasetSplit.Validation,
            _ => DatasetSplit.Test,
        };
        var options = new CirrOptions { MissingMedia = MissingMediaPolicy.Ignore }.AddSplit(split, golden.InputPath("annotation"), golden.PathOf("no-pictures"));
        var triplets = options.CreateReader().ReadAsync(split, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult().Triplets;
        var result = golden.OutputJson("result");
        Assert.Equal(Numbers(result.GetProperty("pair_ids")), triplets.Select(triplet => triplet.Id));
        Assert.Equal(Pairs(result.GetProperty("pairid2ref")), triplets.ToDictionary(triplet => triplet.Id, triplet => triplet.Reference.Value));
        Assert.Equal(
            result.GetProperty("pairid2members").EnumerateObject().Select(pair => (pair.Name, string.Join(' ', Texts(pair.Value)))),
            triplets.Select(triplet => (triplet.Id, string.Join(' ', triplet.Subset!))));
        var targets = result.GetProperty("pairid2tar");
        Assert.Equal(
            targets.ValueKind == JsonValueKind.Null ? triplets.ToDictionary(triplet => triplet.Id, _ => (string?)null) : Pairs(targets).ToDictionary(pair => pair.Key, pair => (string?)pair.Value),
            triplets.ToDictionary(triplet => triplet.Id, triplet => triplet.Target?.Value));
        var cleaner = new CaptionCleaner(golden.Config.GetProperty("max_words").GetInt32());
        Assert.Equal(Texts(result.GetProperty("edits")), triplets.Select(triplet => cleaner.Clean(triplet.Modification)));
        Assert.Equal(result.GetProperty("has_target_feat").EnumerateArray().Select(has => has.GetBoolean()), triplets.Select(triplet => triplet.Target is not null));
    }

    private static Dictionary<string, string> Pairs(JsonElement pairs) => pairs.EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetString()!);

    private static IEnumerable<string> Texts(JsonElement list) => list.EnumerateArray().Select(item => item.GetString()!);

    private static IEnumerable<string> Numbers(JsonElement list) => list.EnumerateArray().Select(item => item.GetRawText());
}
