using CoVR.TestSupport;

namespace CoVR.PgVector.Tests;

public sealed class DocumentationTests
{
    [Theory]
    [InlineData("docs/postgres.md")]
    [InlineData("docs/scaling.md")]
    public void Code_OfThePage_Compiles(string page) => Assert.Empty(DocumentedCode.ErrorsOf(page));
}
