namespace CoVR.Abstractions.Tests;

public sealed class OptionsFaultsTests
{
    [Theory]
    [InlineData("bast", "base|best")]
    [InlineData("LARGE", "large")]
    [InlineData("covr", "blip-covr")]
    [InlineData("xyz", "")]
    public void Nearest_OfAnUnknownName_GivesSimilarOnesNearestFirst(string name, string expected) =>
        Assert.Equal(expected, string.Join('|', OptionsFaults.Nearest(name, ["best", "large", "base", "blip-covr"])));

    [Fact]
    public void Nearest_OfManySimilarNames_GivesAtMostTheCount() => Assert.Equal(["a1", "a2"], OptionsFaults.Nearest("a0", ["a3", "a2", "a1"], 2));
}
