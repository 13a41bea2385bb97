using System.Globalization;
using System.Text.Json;
using CoVR.Datasets.WebVidCoVR;
using CoVR.Reproduction.Evaluation;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>The items, pair numbering, identities and missing files of <c>WebVidCoVRDataset</c>.</summary>
public sealed class WebVidCoVRParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "data" && golden.Function.Contains("WebVidCoVRDataset.__init__", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        var iterate = golden.Config.GetProperty("iterate").GetString() switch
        {
            "pth2" => WebVidCoVROptions.Iteration.Target,
            "txt2" => WebVidCoVROptions.Iteration.TargetCaption,
            "triplets" or "idx" => WebVidCoVROptions.Iteration.Triplet,
            var other => throw new InvalidDataException($"{golden.Id} iterates by {other}, which is no column this reader iterates by."),
        };
        var rows = new WebVidCoVRCsv(golden.InputPath("csv")).Read(TestContext.Current.CancellationToken);
        var existing = golden.InputJson("existing");
        var (videos, embeddings) = (Ids(existing, "videos_mp4"), Ids(existing, "embeddings_pth"));
        var table = WebVidCoVRTable.Build(rows, iterate, videos.Contains, embeddings.Contains);
        var result = golden.OutputJson("result");
        if (result.TryGetProperty("error", out _))
        {
            CheckError(golden, table, result.GetProperty("message").GetString()!);
        }
        else
        {
            CheckItems(table, iterate, [.. rows], result);
            CheckNumbering(table, result);
            CheckMissing(golden, table, result);
        }
    }

    private static HashSet<string> Ids(JsonElement existing, string name) => [.. existing.GetProperty(name).EnumerateArray().Select(id => id.GetString()!)];

    // The reference stops at the first kind of missing file; ours lists both, with the same counts.
    private static void CheckError(GoldenCase golden, WebVidCoVRTable table, string message)
    {
        Assert.True(table.MissingReferences.Ids.Count + table.MissingTargets.Ids.Count > 0, $"{golden.Id}: nothing is missing, but the reference says: {message}");
        var missing = table.MissingReferences.Ids.Count > 0 ? table.MissingReferences : table.MissingTargets;
        var percent = (100.0 * missing.Ids.Count / missing.Total).ToString("F1", CultureInfo.InvariantCulture);
        Assert.Equal(message, $"Missing {missing.Ids.Count} {missing.Field}'s ({percent}%) in {golden.Config.GetProperty("split").GetString()} split");
    }

    private static void CheckItems(WebVidCoVRTable table, WebVidCoVROptions.Iteration iterate, WebVidCoVRRow[] rows, JsonElement result)
    {
        Assert.Equal(result.GetProperty("len").GetInt32(), table.Items.Count);
        string[] expected = [.. result.GetProperty("target_txts").EnumerateArray().Select(key => key.ToString())];
        var keys = iterate == WebVidCoVROptions.Iteration.Triplet
            ? table.Items.Select((_, i) => i.ToString(CultureInfo.InvariantCulture))
            : table.Items.Select(item => item.Key);
        Assert.Equal(expected, keys);
        var candidates = result.GetProperty("candidates_per_index").EnumerateArray().ToArray();
        for (var i = 0; i < candidates.Length; i++)
        {
            Assert.Equal(
                candidates[i].EnumerateArray().Select(pair => (pair[0].GetString(), pair[1].GetString())),
                table.Items[i].Rows.Select(row => ((string?)row.Reference, (string?)row.Edit)).OrderBy(pair => pair.Item1, StringComparer.Ordinal).ThenBy(pair => pair.Item2, StringComparer.Ordinal));
        }

        Assert.All(table.Rows, row => Assert.Contains(row, rows));
    }

    private static void CheckNumbering(WebVidCoVRTable table, JsonElement result)
    {
        var order = table.ReferenceOrder;
        Assert.Equal(
            result.GetProperty("rows_after_sort").EnumerateArray().Select(row => string.Join('|', row.EnumerateArray().Select(cell => cell.GetString()))),
            order.Select(row => $"{row.Reference}|{row.Target}|{row.Edit}"));
        var (references, targets) = (Integers(order.Select(row => row.Reference)), Integers(order.Select(row => row.Target)));
        Assert.Equal(result.GetProperty("int1").EnumerateArray().Select(id => id.GetString()), references);
        Assert.Equal(result.GetProperty("int2").EnumerateArray().Select(id => id.GetString()), targets);
        Assert.Equal(Numbered(result.GetProperty("pairid2ref")), references);
        Assert.Equal(Numbered(result.GetProperty("pairid2tar")), targets);
        foreach (var pair in result.GetProperty("int2id").EnumerateObject())
        {
            Assert.Contains(order, row => row.Reference == pair.Value.GetString() && IntegerIdentity.Of(row.Reference, "0").ToString(CultureInfo.InvariantCulture) == pair.Name);
        }
    }

    private static void CheckMissing(GoldenCase golden, WebVidCoVRTable table, JsonElement result)
    {
        var split = golden.Config.GetProperty("split").GetString();
        foreach (var missing in new[] { table.MissingReferences, table.MissingTargets })
        {
            string[] expected = result.GetProperty("missing_files").TryGetProperty($"missing_{missing.Field}-{split}.txt", out var file) ? Lines(file) : [];
            Assert.Equal(expected, missing.Ids);
        }
    }

    private static string[] Lines(JsonElement file) => file.ValueKind == JsonValueKind.Array
        ? [.. file.EnumerateArray().Select(line => line.GetString()!)]
        : file.GetString()!.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    private static string[] Integers(IEnumerable<string> ids) => [.. ids.Select(id => IntegerIdentity.Of(id, "0").ToString(CultureInfo.InvariantCulture))];

    private static IEnumerable<string?> Numbered(JsonElement pairs) =>
        pairs.EnumerateObject().OrderBy(pair => int.Parse(pair.Name, CultureInfo.InvariantCulture)).Select(pair => pair.Value.GetString());
}
