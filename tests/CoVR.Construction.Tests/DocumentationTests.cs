using CoVR.TestSupport;

namespace CoVR.Construction.Tests;

public sealed class DocumentationTests
{
    [Fact]
    public void Code_OfThePage_Compiles() => Assert.Empty(DocumentedCode.ErrorsOf("docs/construction.md"));
}
