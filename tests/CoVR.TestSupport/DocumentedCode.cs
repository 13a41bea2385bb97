using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace CoVR.TestSupport;

/// <summary>
/// Compiles the blocks of a documentation page whose fence is <c>```csharp</c>, each as a program, against what the test project refers to. A block below a line <c>&lt;!-- fragment --&gt;</c>
/// is compiled together with names that its page introduces.
/// </summary>
public static class DocumentedCode
{
    private const string Fence = "```csharp\n";
    private const string Mark = "<!-- fragment -->\n";
    private const string ImplicitUsings =
        "global using System; global using System.Collections.Generic; global using System.IO; global using System.Linq; global using System.Net.Http; global using System.Threading; global using System.Threading.Tasks;";

    /// <summary>The errors of all blocks, each with the line of the page; empty if all compile.</summary>
    /// <param name="page">The page's path in the repository, such as <c>docs/postgres.md</c>.</param>
    /// <param name="names">The source that a fragment is compiled with.</param>
    public static IReadOnlyList<string> ErrorsOf(string page, string names = "")
    {
        var text = File.ReadAllText(Path.Combine(TestFolders.Repository, page));
        List<string> errors = [];
        for (var at = text.IndexOf(Fence, StringComparison.Ordinal); at >= 0; at = text.IndexOf(Fence, at + 1, StringComparison.Ordinal))
        {
            var start = at + Fence.Length;
            var line = text.AsSpan(0, start).Count('\n');
            var context = text.AsSpan(0, at).EndsWith(Mark) ? names : "";
            errors.AddRange(ErrorsIn(text[start..text.IndexOf("```", start, StringComparison.Ordinal)], context).Select(error =>
                $"{page}:{line + error.Location.GetLineSpan().StartLinePosition.Line + 1}: {error.GetMessage(null)}"));
        }

        return errors;
    }

    private static IEnumerable<Diagnostic> ErrorsIn(string code, string context)
    {
        var references = ((string)AppContext.GetData("TRUSTED_PLATFORM_ASSEMBLIES")!).Split(Path.PathSeparator).Select(path => MetadataReference.CreateFromFile(path));
        return CSharpCompilation.Create(
            "page",
            [CSharpSyntaxTree.ParseText(code), CSharpSyntaxTree.ParseText(ImplicitUsings), CSharpSyntaxTree.ParseText(context)],
            references,
            new CSharpCompilationOptions(OutputKind.ConsoleApplication, nullableContextOptions: NullableContextOptions.Enable)).GetDiagnostics().Where(found => found.Severity == DiagnosticSeverity.Error);
    }
}
