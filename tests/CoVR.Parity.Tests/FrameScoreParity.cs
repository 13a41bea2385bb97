using System.Globalization;
using System.Text.Json;
using CoVR.Reproduction.Embedding;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>Scores of edit texts against target frames, from annotation file to annotation file.</summary>
public sealed class FrameScoreParity : IParityCheck
{
    public bool Handles(GoldenCase golden) => golden.Group == "data" && golden.Function.Contains("get_scores.py", StringComparison.Ordinal);

    public void Check(GoldenCase golden)
    {
        using var folder = new TemporaryFolder();
        var rows = golden.InputJson("rows").EnumerateArray().Select(row => row.EnumerateObject().ToDictionary(field => field.Name, field => field.Value.GetString()!)).ToArray();
        string[] columns = [.. rows[0].Keys];
        File.WriteAllLines(folder["rows.csv"], [string.Join(',', columns), .. rows.Select(row => string.Join(',', columns.Select(column => $"\"{row[column]}\"")))]);
        var texts = golden.Input("text_feats");
        string[] edits = [.. golden.InputJson("edits").EnumerateArray().Select(edit => edit.GetString()!)];
        var store = Store(golden, folder["embeddings"], [.. rows.Select(row => row["pth2"])], (int)texts.Shape[^1]);

        var job = new FrameScoreJob(store, new TextEmbeddings(edits, texts.Floats, (int)texts.Shape[^1]));
        var report = job.ScoreAsync(folder["rows.csv"], null, TestContext.Current.CancellationToken).GetAwaiter().GetResult();
        var ours = TextColumn(report.File, "scores");
        JsonElement[] expected = [.. golden.OutputJson("scores").EnumerateArray()];
        Assert.Equal(expected.Length, ours.Count);
        for (var row = 0; row < expected.Length; row++)
        {
            NumericAssert.Close(Numbers(expected[row].GetString()!), Numbers(ours[row]), golden.AbsoluteTolerance, golden.RelativeTolerance, $"{golden.Id} row {row}");
        }
    }

    /// <summary>A tree as the reference keeps it; video i is the target of row i; where there is none, the embedding is missing.</summary>
    private static PthTreeGallery Store(GoldenCase golden, string folder, string[] targets, int dimensions)
    {
        var store = new PthTreeGallery(folder, new EmbeddingFingerprint("reference", "", "", 1, dimensions));
        var videos = golden.InputNames.Where(name => name.StartsWith("video_emb_", StringComparison.Ordinal))
            .ToDictionary(name => int.Parse(name["video_emb_".Length..], CultureInfo.InvariantCulture));
        for (var i = 0; i < targets.Length; i++)
        {
            if (videos.TryGetValue(i, out var name))
            {
                var video = golden.Input(name);
                store.WriteAsync(new MediaId(targets[i]), new EmbeddingSet(video.Floats, 1, dimensions, (int)video.Shape[0])).AsTask().GetAwaiter().GetResult();
            }
        }

        return store;
    }

    // Read apart from the code under test: the column is the last one, and quoted when it has a comma.
    private static List<string> TextColumn(string file, string column)
    {
        var lines = File.ReadAllLines(file);
        Assert.EndsWith("," + column, lines[0], StringComparison.Ordinal);
        return [.. lines[1..].Select(line => line[line.LastIndexOf('[')..].TrimEnd('"'))];
    }

    private static float[] Numbers(string list) =>
        [.. list.Trim('[', ']').Split(',', StringSplitOptions.RemoveEmptyEntries).Select(number => float.Parse(number, CultureInfo.InvariantCulture))];
}
