using System.Text.RegularExpressions;
using CoVR.TestSupport;

namespace CoVR.Architecture.Tests.Documents;

/// <summary>The code and the build commands in the documents.</summary>
public sealed partial class CodeBlockTests
{
    public static TheoryData<string> Pages => [.. DocumentFiles.All.Where(page => DocumentFiles.Read(page).Contains("```csharp", StringComparison.Ordinal))];

    [Theory]
    [MemberData(nameof(Pages))]
    public void Blocks_OfAPage_Compile(string page) =>
        Assert.Empty(DocumentedCode.ErrorsOf(page, File.ReadAllText(Path.Combine(AppContext.BaseDirectory, "Documents", "Fragments.cs"))));

    [Fact]
    public void Blocks_OfCSharp_AllHaveTheFenceThatIsCompiled() =>
        Assert.DoesNotContain(DocumentFiles.All, page => OtherFence().IsMatch(DocumentFiles.Read(page)));

    [Fact]
    public void BuildLines_OfTheDocuments_NameCommandsOfBuildSh()
    {
        var commands = BuildCommand().Matches(DocumentFiles.Read("build.sh")).Select(match => match.Groups[1].Value).ToHashSet();

        var unknown = DocumentFiles.All.SelectMany(page => BuildLine().Matches(DocumentFiles.Read(page)).Where(match => !commands.Contains(match.Groups[1].Value)).Select(match => $"{page}: {match.Value}"));

        Assert.Contains("test", commands);
        Assert.Empty(unknown);
    }

    [GeneratedRegex("^ *```(cs|c#|C#)\\s*$", RegexOptions.Multiline)]
    private static partial Regex OtherFence();

    [GeneratedRegex(@"^  ([a-z]+)\) require_dotnet", RegexOptions.Multiline)]
    private static partial Regex BuildCommand();

    [GeneratedRegex(@"build\.(?:sh|ps1) +([a-z]+)")]
    private static partial Regex BuildLine();
}
