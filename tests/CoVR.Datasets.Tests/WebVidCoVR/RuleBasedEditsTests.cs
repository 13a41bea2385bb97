using CoVR.Datasets.WebVidCoVR;
using CoVR.Storage;

namespace CoVR.Datasets.Tests.WebVidCoVR;

public sealed class RuleBasedEditsTests
{
    [Fact]
    public void Of_ADifferingWord_FillsTheTemplatesWithBothWords()
    {
        var edits = RuleBasedEdits.Of("A red car.", "A blue car")!;
        Assert.Equal(9, edits.Count);
        Assert.Contains("Replace red with blue", edits);
        Assert.Contains("Remove red", edits);
        Assert.Contains("Change it to blue", edits);
        Assert.Equal(8, edits.Distinct().Count());
    }

    /// <summary>What Python's <c>lower</c> and <c>split</c> give: the sigma at a word's end, the dotted I in two characters, separators as white space.</summary>
    [Theory]
    [InlineData("ΟΔΟΣ a", "b", "οδος", "b")]
    [InlineData("İ a", "b", "i\u0307", "b")]
    [InlineData("same\u001Cone", "same two", "one", "two")]
    public void DifferingWords_OfAnyScript_AreThoseOfPython(string reference, string target, string first, string second) =>
        Assert.Equal((first, second), RuleBasedEdits.DifferingWords(reference, target));

    [Fact]
    public void Of_TheSameWords_IsNothing() => Assert.Null(RuleBasedEdits.Of("One two.", "one, two"));
}
