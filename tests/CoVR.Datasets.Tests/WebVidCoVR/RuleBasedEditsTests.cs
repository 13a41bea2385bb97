using CoVR.Datasets.WebVidCoVR;

namespace CoVR.Datasets.Tests.WebVidCoVR;

public sealed class RuleBasedEditsTests
{
    [Fact]
    public void Write_DifferingWord_FillsTheTemplatesWithBothWords()
    {
        var random = new Random(3);
        var edits = Enumerable.Range(0, 200).Select(_ => new RuleBasedEdits().Write("A red car.", "A blue car", random)!).ToHashSet();

        Assert.Contains("Replace red with blue", edits);
        Assert.Contains("Remove red", edits);
        Assert.Contains("Change it to blue", edits);
        Assert.Equal(8, edits.Count);
    }

    [Fact]
    public void Write_AsTheReference_RepeatsTheFirstWord()
    {
        var random = new Random(3);
        var edits = Enumerable.Range(0, 200).Select(_ => new RuleBasedEdits(repeatFirstWord: true).Write("A red car.", "A blue car", random)!).ToArray();

        Assert.Contains("Replace red with red", edits);
        Assert.DoesNotContain(edits, edit => edit.Contains("blue", StringComparison.Ordinal));
    }

    [Fact]
    public void Write_SameWords_GivesNothing() => Assert.Null(new RuleBasedEdits().Write("One two.", "one, two", new Random(1)));
}
