using CoVR.Data;
using CoVR.Datasets.Circo;
using CoVR.Reproduction.Embedding;
using CoVR.Reproduction.Results;
using CoVR.TestData;
using CoVR.TestSupport;
using CoVR.TestSupport.Robustness;

namespace CoVR.Reproduction.Tests.Results;

/// <summary>Broken files that were written by an earlier run: submissions, manifests and failures of a tree.</summary>
public sealed class SavedFileFuzzTests : IDisposable
{
    private const int Share = 1_000;
    private static readonly string[] Tokens = ["null", "true", "-1", "1e999", "\"", "\\ud800", "\\u0000", "{", "}", "[", "]", ":", ",", "{}", "[]", "\n", "9223372036854775808", "\uFEFF", "\"id\"", "\"reason\"", "\"at\""];
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task ValidateAsync_MutantsOfASubmission_AreReadOrRefused()
    {
        var dataset = await TinyLayouts.Circo(_folder.FullName).CreateReader().ReadAsync(DatasetSplit.Test, TestContext.Current.CancellationToken);
        var answers = string.Join(",\n", dataset.Triplets.Select(triplet => $"  \"{triplet.Id}\": [{string.Join(", ", dataset.Candidates.Where(id => id != triplet.Reference).Select(id => id.Value.TrimStart('0')))}]"));
        var (mutator, path) = (new ByteMutator([System.Text.Encoding.UTF8.GetBytes($"{{\n{answers}\n}}")], Tokens), _folder["submission.json"]);
        Fuzz.Run("submission", Share, mutator.Make, mutant =>
        {
            File.WriteAllBytes(path, mutant);
            try
            {
                return CircoSubmission.ValidateAsync(path, dataset, TestContext.Current.CancellationToken).GetAwaiter().GetResult().Count >= 0;
            }
            catch (DatasetFormatException)
            {
                return false;
            }
        });
    }

    [Fact]
    public void Read_MutantsOfAManifest_AreReadOrRefused()
    {
        PthTreeManifest.Establish(_folder.FullName, new EmbeddingFingerprint("model", "00ff", "24 pixels", 1, 8));
        var path = _folder[PthTreeManifest.FileName];
        Fuzz.Run("tree manifest", Share, new ByteMutator([File.ReadAllBytes(path)], Tokens).Make, mutant =>
        {
            File.WriteAllBytes(path, mutant);
            try
            {
                return PthTreeManifest.Read(_folder.FullName)!.DifferencesFrom(new EmbeddingFingerprint("other", "00ff", "24 pixels", 1, 8)).Count >= 0;
            }
            catch (GalleryException)
            {
                return false;
            }
        });
    }

    [Fact]
    public void Read_MutantsOfFailures_SkipsWhatIsNone()
    {
        const string line = """{"id":"a/b","reason":"it is empty","kind":"Empty","at":"2026-11-30T10:00:00+00:00","size":5,"modified":"2026-11-30T10:00:00+00:00"}""";
        var path = _folder["failures.jsonl"];
        Fuzz.Run("tree failures", Share, new ByteMutator([System.Text.Encoding.UTF8.GetBytes($"{line}\n{line.Replace("a/b", "c", StringComparison.Ordinal)}\n")], Tokens).Make, mutant =>
        {
            File.WriteAllBytes(path, mutant);
            return FailureFile.Read([path]).Count == 2;
        });
    }
}
