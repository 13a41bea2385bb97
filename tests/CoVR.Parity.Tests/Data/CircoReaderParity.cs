using System.Globalization;
using System.Text.Json;
using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.Circo;
using CoVR.Modeling.Text;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests.Data;

/// <summary>The entries and the gallery of <c>CIRCODataset</c>.</summary>
public sealed class CircoReaderParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "data" && golden.Function.Contains("CIRCODataset", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        var split = golden.Config.GetProperty("split").GetString() == "val" ? DatasetSplit.Validation : DatasetSplit.Test;
        var options = new CircoOptions { MissingMedia = MissingMediaPolicy.Ignore, ImageInfo = golden.InputPath("images") };
        options.Annotations[split] = golden.InputPath("annotation");
        options.MediaFolders[split] = golden.PathOf("no-pictures");
        var dataset = options.CreateReader().ReadAsync(split, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();
        var result = golden.OutputJson("result");
        Assert.Equal(result.GetProperty("img_ids").EnumerateArray().Select(id => id.GetInt64()), dataset.Candidates.Select(Number));

        // The reference stacks embeddings by its list of pictures; the input has them in that order already.
        Assert.Equal(golden.Output("embs").Floats, golden.Input("embs_in_image_order").Floats);
        var cleaner = new CaptionCleaner(golden.Config.GetProperty("max_words").GetInt32());
        var items = result.GetProperty("items").EnumerateArray().ToArray();
        Assert.Equal(items.Length, dataset.Triplets.Count);
        foreach (var (item, triplet) in items.Zip(dataset.Triplets))
        {
            Assert.Equal(item.GetProperty("query_id").GetString(), triplet.Id);
            Assert.Equal(item.GetProperty("reference_img_id").GetString(), Text(triplet.Reference));
            Assert.Equal(item.GetProperty("relative_caption").GetString(), cleaner.Clean(triplet.Modification));
            Assert.Equal(item.TryGetProperty("target_img_id", out var target) ? target.GetString() : null, triplet.Target is { } id ? Text(id) : null);
        }

        CheckAnswers(result.GetProperty("targets"), dataset);
    }

    private static void CheckAnswers(JsonElement targets, TripletDataset dataset)
    {
        if (targets.ValueKind == JsonValueKind.Null)
        {
            Assert.All(dataset.Triplets, triplet => Assert.Null(triplet.Answers));
            return;
        }

        Assert.Equal(
            targets.EnumerateArray().Select(entry => string.Join(' ', entry.GetProperty("gt_img_ids").EnumerateArray().Select(id => id.GetInt64()).Order())),
            dataset.Triplets.Select(triplet => string.Join(' ', triplet.Answers!.Keys.Select(Number).Order())));
        Assert.Equal(targets.EnumerateArray().Select(entry => entry.GetProperty("target_img_id").GetInt64()), dataset.Triplets.Select(triplet => Number(triplet.Target!.Value)));
    }

    private static long Number(MediaId id) => long.Parse(id.Value, CultureInfo.InvariantCulture);

    private static string Text(MediaId id) => Number(id).ToString(CultureInfo.InvariantCulture);
}
