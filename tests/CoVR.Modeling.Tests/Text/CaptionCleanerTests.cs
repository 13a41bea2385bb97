using CoVR.Modeling.Text;

namespace CoVR.Modeling.Tests.Text;

public sealed class CaptionCleanerTests
{
    [Theory]
    [InlineData("Make it BLUE.", "make it blue")]
    [InlineData("a.b", "a b")]
    [InlineData("a. \t b", "a b")]
    [InlineData("a\tb\u00A0c", "a\tb\u00A0c")]
    [InlineData("a\u001Cb\u001C\u001Dc", "a\u001Cb c")]
    [InlineData("what, is-it? 'x'", "what, is-it? 'x'")]
    [InlineData(" a \n", "a")]
    [InlineData("a \nb\n", "a b")]
    [InlineData("ΟΔΟΣ ΣΑΣ Σ Σ' Σα 'ΑΣ'", "οδος σας σ σ' σα 'ας'")]
    [InlineData("\u0130X", "i\u0307x")]
    [InlineData("a\uD800B", "a\uD800b")]
    public void Clean_Text_FollowsPython(string text, string expected) =>
        Assert.Equal(expected, new CaptionCleaner().Clean(text));

    [Fact]
    public void Clean_TooManyWords_CutsAtSpacesOnly()
    {
        Assert.Equal("one two\tand three", new CaptionCleaner(3).Clean("one two\tand three four"));
        Assert.Equal("one two three", new CaptionCleaner(3).Clean("one  two: three"));
        Assert.Equal(30, new CaptionCleaner().Clean(string.Join(' ', Enumerable.Repeat("word", 99))).Split(' ').Length);
    }

    [Fact]
    public void Clean_WithPrompt_PutsItInFront() =>
        Assert.Equal("a photo of a dog", new CaptionCleaner(2, "a photo of ").Clean("A dog barks"));

    [Fact]
    public void Constructor_NoWords_Throws() =>
        Assert.Throws<ArgumentOutOfRangeException>(() => new CaptionCleaner(0));
}
