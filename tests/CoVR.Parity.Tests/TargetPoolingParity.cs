using CoVR.Datasets.WebVidCoVR;
using CoVR.Modeling.Checkpoints;
using CoVR.Modeling.Text;
using CoVR.Retrieval;
using CoVR.TestSupport;
using TorchSharp;
using static TorchSharp.torch;

namespace CoVR.Parity.Tests;

/// <summary>Pooling of stored target frames, the draw of frames being given.</summary>
public sealed class TargetPoolingParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "data" && golden.Function.Contains("target pooling", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        var rows = new WebVidCoVRCsv(golden.InputPath("csv")).Read(TestContext.Current.CancellationToken).ToDictionary(row => row.Target);
        var files = golden.InputNames.Where(name => name.StartsWith("emb_", StringComparison.Ordinal)).ToDictionary(name => golden.InputProperty(name, "target"));
        var draws = golden.InputJson("sampled_indices");
        var expected = golden.Output("tar_img_feat");
        string[] order = [.. golden.InputJson("order").EnumerateArray().Select(target => target.GetString()!)];
        var size = expected.Floats.Length / order.Length;
        for (var i = 0; i < order.Length; i++)
        {
            int[] draw = draws.TryGetProperty(order[i], out var indices) ? [.. indices.EnumerateArray().Select(index => index.GetInt32())] : [];
            var pooled = Pool(golden.Config.GetProperty("emb_pool").GetString()!, ReadEmbedding(golden.InputPath(files[order[i]])), draw, rows[order[i]].Scores);
            NumericAssert.Close(expected.Floats.AsSpan(i * size, size), pooled.Values.Span, golden.AbsoluteTolerance, golden.RelativeTolerance, $"{golden.Id} {order[i]}");
        }

        CheckItems(golden, order, rows);
        CheckCaptions(golden, order, rows);
    }

    private static EmbeddingSet Pool(string kind, EmbeddingSet video, int[] draw, IReadOnlyList<float>? scores) => kind switch
    {
        "middle" => FramePoolings.Middle.Pool(video),
        "mean" => FramePoolings.Mean.Pool(video.SelectFrames(draw)),
        "query" => FramePoolings.ByScores(scores?.Count == video.Frames ? [.. draw.Select(index => scores[index])] : null).Pool(video.SelectFrames(draw)),
        _ => throw new InvalidDataException($"There is no pooling '{kind}'."),
    };

    private static EmbeddingSet ReadEmbedding(string path)
    {
        using var scope = NewDisposeScope();
        using var file = Checkpoint.Open(path);
        var stored = Assert.IsType<CheckpointTensor>(file.Content).Read().to(ScalarType.Float32).contiguous();
        var shape = stored.shape;
        return new EmbeddingSet(stored.data<float>().ToArray(), shape.Length == 3 ? (int)shape[1] : 1, (int)shape[^1], (int)shape[0]);
    }

    private static void CheckItems(GoldenCase golden, string[] order, Dictionary<string, WebVidCoVRRow> rows)
    {
        var cleaner = new CaptionCleaner(golden.Config.GetProperty("max_words").GetInt32());
        var items = golden.OutputJson("items").EnumerateArray().ToArray();
        for (var i = 0; i < order.Length; i++)
        {
            Assert.Equal(items[i].GetProperty("edit").GetString(), cleaner.Clean(rows[order[i]].Edit));
            Assert.Equal(i, items[i].GetProperty("pair_id").GetInt32());
        }
    }

    private static void CheckCaptions(GoldenCase golden, string[] order, Dictionary<string, WebVidCoVRRow> rows)
    {
        if (!golden.HasOutput("tar_txt_feat"))
        {
            return;
        }

        string[] texts = [.. golden.InputJson("txt_texts").EnumerateArray().Select(text => text.GetString()!)];
        var features = golden.Input("txt_feats");
        var size = (int)features.Shape[^1];
        float[] found = [.. order.SelectMany(target => features.Floats.AsSpan(Array.IndexOf(texts, rows[target].TargetCaption) * size, size).ToArray())];
        NumericAssert.Close(golden.Output("tar_txt_feat").Floats, found, golden.AbsoluteTolerance, golden.RelativeTolerance, $"{golden.Id} captions");
    }
}
