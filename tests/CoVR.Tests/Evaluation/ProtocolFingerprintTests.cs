using CoVR.Data;
using CoVR.Evaluation;
using CoVR.Tests.Fakes;

namespace CoVR.Tests.Evaluation;

public sealed class ProtocolFingerprintTests
{
    [Fact]
    public void ToCanonicalJson_OfAFingerprint_HasStableKeysInOrder()
    {
        var json = Results.Fingerprint.ToCanonicalJson();
        Assert.StartsWith("""{"dataset":"corners test","data_sha256":"aaaa""", json, StringComparison.Ordinal);
        Assert.Equal(
            ["dataset", "data_sha256", "protocol", "preset", "query", "query_frames", "gallery", "self_match", "pooling", "similarity", "ties", "colour_order", "text_limit", "model", "weights_sha256", "preprocessing", "code_version"],
            System.Text.Json.JsonDocument.Parse(json).RootElement.EnumerateObject().Select(property => property.Name));
    }

    [Fact]
    public void Sha256_OfEqualFingerprints_IsEqualAndKnown()
    {
        var copy = Results.Fingerprint with { TextLimit = 64 };
        Assert.Equal(Results.Fingerprint.Sha256(), copy.Sha256());
        Assert.Equal(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(copy.ToCanonicalJson()))), copy.Sha256());
        Assert.NotEqual(copy.Sha256(), (copy with { SelfMatch = "among the candidates" }).Sha256());
    }

    [Fact]
    public void DataHash_OfShuffledData_IsEqual_AndChangesWithAnyField()
    {
        var dataset = CornerReader.Dataset;
        var hash = DataHash.Of(dataset);
        Assert.Equal(hash, DataHash.Of(dataset with { Triplets = [.. dataset.Triplets.Reverse()], Candidates = [.. dataset.Candidates.Reverse()] }));
        var first = dataset.Triplets[0];
        Triplet[] changed =
        [
            first with { Modification = "green" }, first with { Target = null }, first with { TargetCaption = "" }, first with { FrameScores = [] },
            first with { FrameScores = [0.5f] }, first with { Reference = new("other") }, first with { Subset = [] }, first with { Answers = new Dictionary<MediaId, double> { [new("a")] = 1 } },
        ];
        string[] hashes = [.. changed.Select(triplet => DataHash.Of(dataset with { Triplets = [triplet, .. dataset.Triplets.Skip(1)] })), DataHash.Of(dataset with { Candidates = dataset.Candidates.Take(7).ToArray() }), hash];
        Assert.Equal(hashes.Length, hashes.Distinct().Count());
    }
}
