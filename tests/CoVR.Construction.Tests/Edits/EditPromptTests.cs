using CoVR.Construction.Edits;
using CoVR.TestSupport;

namespace CoVR.Construction.Tests.Edits;

public sealed class EditPromptTests : IDisposable
{
    private static readonly EditRequest Request = new("a red ball", "a blue ball", "red", "blue");

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void For_OwnPromptAndExamples_FillsEverythingIn()
    {
        File.WriteAllText(_folder["prompt.txt"], "{examples}\n{reference} > {target}, {removed} > {added}: {count} texts");
        File.WriteAllText(_folder["examples.jsonl"], "{\"reference\": \"a dog\", \"target\": \"a cat\", \"edits\": [\"a cat instead\", \"make it a cat\"]}\n\n{\"reference\": \"tea\", \"target\": \"milk\", \"edits\": [\"milk\"]}\n");

        var prompt = new EditPrompt(new ChatEditOptions { PromptFile = _folder["prompt.txt"], ExamplesFile = _folder["examples.jsonl"], Candidates = 5 }).For(Request);

        Assert.Equal(
            "Example: shown \"a dog\", wanted \"a cat\": \"a cat instead\", \"make it a cat\".\nExample: shown \"tea\", wanted \"milk\": \"milk\".\na red ball > a blue ball, red > blue: 5 texts", prompt);
    }

    [Fact]
    public void For_ExamplesAlone_ReplaceTheBuiltInOne()
    {
        File.WriteAllText(_folder["examples.jsonl"], "{\"reference\": \"tea\", \"target\": \"milk\", \"edits\": [\"milk\"]}");

        var prompt = new EditPrompt(new ChatEditOptions { ExamplesFile = _folder["examples.jsonl"] }).For(Request);

        Assert.Contains("shown \"tea\"", prompt, StringComparison.Ordinal);
        Assert.DoesNotContain("a red car", prompt, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{examples}", "{\"reference\": \"tea\"", "line 1")]
    [InlineData("{examples}", "\n{\"reference\": \"tea\", \"target\": \"milk\", \"edits\": []}", "line 2")]
    [InlineData("no place", "{\"reference\": \"tea\", \"target\": \"milk\", \"edits\": [\"milk\"]}", "has no {examples}")]
    public void Constructor_FilesAtFault_NamesFileAndLine(string prompt, string examples, string reason)
    {
        File.WriteAllText(_folder["prompt.txt"], prompt);
        File.WriteAllText(_folder["examples.jsonl"], examples);

        var error = Assert.Throws<ConstructionException>(() => new EditPrompt(new ChatEditOptions { PromptFile = _folder["prompt.txt"], ExamplesFile = _folder["examples.jsonl"] }));

        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
        Assert.Contains("examples.jsonl", error.Message, StringComparison.Ordinal);
    }
}
