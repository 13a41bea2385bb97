using System.Text.Json;
using CoVR.Data;
using CoVR.Datasets;
using CoVR.Datasets.Annotations;
using CoVR.Datasets.WebVidCoVR;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests.Data;

/// <summary>The items and pair numbering of <c>CCCoIRDataset</c>, whose integers are places in the sorted list of all pictures.</summary>
public sealed class CcCoIRParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "data" && golden.Function.Contains("CCCoIRDataset", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        var iterate = golden.Config.GetProperty("iterate").GetString() == "pth2" ? WebVidCoVROptions.Iteration.Target : WebVidCoVROptions.Iteration.Triplet;
        var table = WebVidCoVRTable.Build(new WebVidCoVRCsv(golden.InputPath("csv")).Read(TestContext.Current.CancellationToken), iterate);
        var result = golden.OutputJson("result");
        Assert.Equal(result.GetProperty("len").GetInt32(), table.ItemCount);
        Assert.Equal(result.GetProperty("target_txts").EnumerateArray().Select(key => key.ToString()), table.Items.Select(item => item.Key));
        var order = table.ReferenceOrder;
        Assert.Equal(
            result.GetProperty("rows_after_sort").EnumerateArray().Select(row => string.Join('|', row.EnumerateArray().Select(cell => cell.GetString()))),
            order.Select(row => $"{row.Reference}|{row.Target}|{row.Edit}"));
        var numbers = order.SelectMany(row => new[] { row.Reference, row.Target }).Distinct().Order(CodePointComparer.Instance).Select((id, i) => (id, i)).ToDictionary(pair => pair.id, pair => pair.i);
        Assert.Equal(result.GetProperty("id2int").EnumerateObject().ToDictionary(pair => pair.Name, pair => pair.Value.GetInt32()), numbers);
        Assert.Equal(Numbered(result.GetProperty("pairid2ref")), order.Select(row => numbers[row.Reference]));
        Assert.Equal(Numbered(result.GetProperty("pairid2tar")), order.Select(row => numbers[row.Target]));
        CheckReader(golden, iterate, table);
    }

    private static void CheckReader(GoldenCase golden, WebVidCoVROptions.Iteration iterate, WebVidCoVRTable table)
    {
        var options = new WebVidCoVROptions { MissingMedia = MissingMediaPolicy.Ignore, Iterate = iterate }.AddSplit(DatasetSplit.Train, golden.InputPath("csv"), golden.PathOf("no-pictures"));
        var read = options.CreateReader().ReadAsync(DatasetSplit.Train, TestContext.Current.CancellationToken).AsTask().GetAwaiter().GetResult();
        Assert.Equal(table.Rows.Select(row => (row.Reference, row.Edit, row.Target)), read.Triplets.Select(triplet => (triplet.Reference.Value, triplet.Modification, triplet.Target!.Value.Value)));
    }

    private static IEnumerable<int> Numbered(JsonElement pairs) =>
        pairs.EnumerateObject().OrderBy(pair => int.Parse(pair.Name, System.Globalization.CultureInfo.InvariantCulture)).Select(pair => pair.Value.GetInt32());
}
