using System.Globalization;
using System.Text.Json;
using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.FashionIQ;
using CoVR.Modeling.Text;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests.Data;

/// <summary>The entries and the gallery of <c>FashionIQDataset</c>.</summary>
public sealed class FashionIQParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "data" && golden.Function.Contains("FashionIQDataset", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        var options = new FashionIQOptions { MissingMedia = MissingMediaPolicy.Ignore }
            .AddSplit(DatasetSplit.Test, golden.InputPath("annotation"), golden.InputPath("targets"), golden.PathOf("no-pictures"));
        var dataset = options.CreateReader().ReadAsync(DatasetSplit.Test, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();
        var result = golden.OutputJson("result");
        string[] gallery = [.. dataset.Candidates.Select(id => id.Value)];
        Assert.Equal(result.GetProperty("target_ids").EnumerateArray().Select(id => id.GetString()), gallery);
        Assert.Equal(result.GetProperty("int2id").EnumerateObject().Select(pair => (pair.Name, pair.Value.GetString())), gallery.Select((id, i) => ($"{i}", (string?)id)));
        Assert.Equal(Numbered(result.GetProperty("pairid2ref")), dataset.Triplets.Select(triplet => (triplet.Id, Array.IndexOf(gallery, triplet.Reference.Value))));
        Assert.Equal(Numbered(result.GetProperty("pairid2tar")), dataset.Triplets.Select(triplet => (triplet.Id, Array.IndexOf(gallery, triplet.Target!.Value.Value))));
        var cleaner = new CaptionCleaner(golden.Config.GetProperty("max_words").GetInt32());
        Assert.Equal(result.GetProperty("edits").EnumerateArray().Select(text => text.GetString()), dataset.Triplets.Select(triplet => cleaner.Clean(triplet.Modification)));
        Assert.Equal(
            result.GetProperty("pair_ids").EnumerateArray().Select(id => id.GetInt32().ToString(CultureInfo.InvariantCulture)), dataset.Triplets.Select(triplet => triplet.Id));
    }

    private static IEnumerable<(string Id, int Number)> Numbered(JsonElement pairs) => pairs.EnumerateObject().Select(pair => (pair.Name, pair.Value.GetInt32()));
}
