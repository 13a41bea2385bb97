using CoVR.TestSupport;

namespace CoVR.Extensions.AI.Tests;

/// <summary>The programs of docs/extensions-ai.md.</summary>
public sealed class GuideTests
{
    [Fact]
    public void Programs_OfTheGuide_Compile() => Assert.Empty(DocumentedCode.ErrorsOf("docs/extensions-ai.md"));
}
