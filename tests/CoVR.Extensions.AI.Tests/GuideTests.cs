using CoVR.TestSupport;

namespace CoVR.Extensions.AI.Tests;

/// <summary>The programs of the documentation.</summary>
public sealed class GuideTests
{
    [Theory]
    [InlineData("docs/extensions-ai.md")]
    [InlineData("docs/vector-stores.md")]
    public void Programs_OfTheGuide_Compile(string page) => Assert.Empty(DocumentedCode.ErrorsOf(page));
}
