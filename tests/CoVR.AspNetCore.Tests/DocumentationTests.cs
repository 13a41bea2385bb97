using CoVR.TestSupport;

namespace CoVR.AspNetCore.Tests;

/// <summary>The programs of the documentation.</summary>
public sealed class DocumentationTests
{
    [Fact]
    public void Programs_OfTheApiPage_Compile() => Assert.Empty(DocumentedCode.ErrorsOf("docs/http-api.md"));

    [Fact]
    public void Programs_OfTheServingPage_Compile() => Assert.Empty(DocumentedCode.ErrorsOf("docs/serving.md"));
}
