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

    /// <summary>What Python's <c>lower</c> and <c>split</c> give: the sigma at a word's end, the dotted I in two characters, separators as white space.</summary>
    [Theory]
    [InlineData("ΟΔΟΣ a", "b", "οδος", "b")]
    [InlineData("İ a", "b", "i\u0307", "b")]
    [InlineData("same\u001Cone", "same two", "one", "two")]
    public void DifferingWords_OfAnyScript_AreThoseOfPython(string reference, string target, string first, string second) =>
        Assert.Equal((first, second), RuleBasedEdits.DifferingWords(reference, target));

    [Fact]
    public void Write_SameWords_GivesNothing() => Assert.Null(new RuleBasedEdits().Write("One two.", "one, two", new Random(1)));
}
