using System.Text.Json;
using CoVR.Datasets.WebVidCoVR;
using CoVR.TestSupport;

namespace CoVR.Parity.Tests;

/// <summary>The differing words that rule-based edits are made of.</summary>
public sealed class RuleBasedEditsParity : IParityCheck
{
    /// <inheritdoc/>
    public bool Handles(GoldenCase golden) => golden.Group == "data" && golden.Function.Contains("get_different_word_in_each_sentence", StringComparison.Ordinal);

    /// <inheritdoc/>
    public void Check(GoldenCase golden)
    {
        var words = golden.InputJson("pairs").EnumerateArray().Select(pair => RuleBasedEdits.DifferingWords(pair[0].GetString()!, pair[1].GetString()!)).ToArray();
        var result = golden.OutputJson("result");
        Assert.Equal(
            result.GetProperty("words").EnumerateArray().Select(pair => pair[0].ValueKind == JsonValueKind.Null ? null : $"{pair[0]}|{pair[1]}"),
            words.Select(pair => pair is { } found ? $"{found.Reference}|{found.Target}" : null));
        Assert.Equal(
            result.GetProperty("kept").EnumerateArray().Select(row => row[0].GetInt32()),
            Enumerable.Range(0, words.Length).Where(i => words[i] is not null));
    }
}
