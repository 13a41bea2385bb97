using CoVR.Evaluation;
using CoVR.Tests.Fakes;

namespace CoVR.Tests.Evaluation;

[Collection("torch")]
public sealed class EvaluationJsonTests
{
    [Fact]
    public async Task Serialize_OfARun_HasTheDocumentedKeys()
    {
        var results = await CornerResults.OfClipsAsync();
        var text = EvaluationResult.ToJson(results);
        Assert.Equal(text, EvaluationResult.ToJson(await CornerResults.OfClipsAsync()));
        var json = System.Text.Json.JsonDocument.Parse(text).RootElement;
        Assert.Equal(EvaluationJson.Schema, json.GetProperty("schema").GetString());
        var entry = json.GetProperty("results")[1];
        Assert.Equal(
            ["variant", "query", "primary_metric", "queries", "gallery", "metrics", "intervals", "coverage", "fingerprint_sha256", "fingerprint", "leaks", "deviations"],
            entry.EnumerateObject().Select(property => property.Name));
        Assert.Equal(results[1].Report.Metrics["R@1"], entry.GetProperty("metrics").GetProperty("R@1").GetDouble());
        Assert.Equal(results[1].Intervals["R@1"].Low, entry.GetProperty("intervals").GetProperty("metrics").GetProperty("R@1")[0].GetDouble());
        Assert.Equal(results[1].Fingerprint.Sha256(), entry.GetProperty("fingerprint_sha256").GetString());
        Assert.Equal("corrected", entry.GetProperty("fingerprint").GetProperty("preset").GetString());
        Assert.Equal(24, entry.GetProperty("coverage").GetProperty("queries_scored").GetInt32());
    }
}
