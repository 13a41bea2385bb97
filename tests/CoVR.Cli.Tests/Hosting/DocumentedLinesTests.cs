using System.CommandLine;
using System.Text.RegularExpressions;
using CoVR.Cli.Commands;
using CoVR.Cli.Hosting;
using CoVR.TestSupport;
using Spectre.Console.Testing;

namespace CoVR.Cli.Tests.Hosting;

/// <summary>The command lines in documents, samples and templates are those of the command tree.</summary>
public sealed partial class DocumentedLinesTests : IDisposable
{
    private static readonly string[] Endings = [".md", ".sh", ".yaml", ".service", "Containerfile"];

    private readonly TestConsole _console = new();

    public static TheoryData<string> Pages => [.. new[] { "README.md", "CONTRIBUTING.md" }.Concat(In("docs")).Concat(In("samples")).Concat(In("templates"))];

    public void Dispose() => _console.Dispose();

    [Theory]
    [MemberData(nameof(Pages))]
    public void Lines_OfAPage_AreAccepted(string page)
    {
        var text = File.ReadAllText(Path.Combine(TestFolders.Repository, page));
        var blocks = page.EndsWith(".md", StringComparison.Ordinal) ? Block().Matches(text).Select(match => match.Groups[1].Value) : [text];
        var lines = blocks.SelectMany(block => block.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')).SelectMany(line => CommandLines(line.TrimStart('#', ' ')));

        var faults = lines.Select(line => (line, Fault(line, isPart: false)))
            .Concat(page.EndsWith(".md", StringComparison.Ordinal) ? Mention().Matches(text).SelectMany(match => CommandLines(match.Groups[1].Value)).Select(line => (line, Fault(line, isPart: true))) : [])
            .Where(found => found.Item2 is not null)
            .Select(found => $"{page}: covr {string.Join(' ', found.line)}: {found.Item2}");

        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("covr search photos --txt cat")]
    [InlineData("covr serch photos")]
    [InlineData("ls && covr demo --seed x # comment")]
    public void Lines_ThatAreWrong_AreFound(string line) => Assert.NotNull(Fault(Assert.Single(CommandLines(line)), isPart: false));

    private string? Fault(string[] line, bool isPart)
    {
        var fault = UsageErrors.Of(Root().Parse([.. line.Where(word => word is not ("…" or "..." or "[OPTIONS]"))], new ParserConfiguration { ResponseFileTokenReplacer = null }));
        return isPart && fault is not null && !fault.Contains("there is no", StringComparison.Ordinal) ? null : fault;
    }

    private RootCommand Root()
    {
        var root = CommandList.Create(new CommandHost(_console, TextWriter.Null, TestFolders.Repository));
        root.Options.Add(new Option<bool>("--verbose") { Recursive = true });
        return root;
    }

    /// <summary>The arguments of every call of <c>covr</c> in a line of a shell.</summary>
    private static IEnumerable<string[]> CommandLines(string line)
    {
        foreach (var command in Words(line))
        {
            var at = command.FindIndex(word => word == "covr" || word.EndsWith("/covr", StringComparison.Ordinal));
            if (at >= 0 && at < command.Count - 1)
            {
                yield return [.. command.Skip(at + 1)];
            }
        }
    }

    private static IEnumerable<List<string>> Words(string line)
    {
        List<string> words = [];
        foreach (Match match in Word().Matches(line))
        {
            if (match.Value.StartsWith('#'))
            {
                break;
            }

            if (match.Value is "&&" or "||" or "|" or ";" or ">" or "&")
            {
                yield return words;
                words = [];
            }
            else if (match.Value != "\"$@\"")
            {
                words.Add(Variable().Replace(Quotes().Replace(match.Value, "$1$2"), "1"));
            }
        }

        yield return words;
    }

    private static IEnumerable<string> In(string folder) => Directory.EnumerateFiles(Path.Combine(TestFolders.Repository, folder), "*", SearchOption.AllDirectories)
        .Select(path => Path.GetRelativePath(TestFolders.Repository, path).Replace('\\', '/'))
        .Where(path => Endings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal)) && !path.Contains("/bin/", StringComparison.Ordinal) && !path.Contains("/obj/", StringComparison.Ordinal) && !path.StartsWith("docs/api/", StringComparison.Ordinal))
        .Order(StringComparer.Ordinal);

    [GeneratedRegex("^```(?:sh|bash|console|powershell)?\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("`(covr [^`\n]+)`")]
    private static partial Regex Mention();

    [GeneratedRegex("""&&|\|\||[|;>&]|(?:'[^']*'|"[^"]*"|[^\s'"|;>&])+""")]
    private static partial Regex Word();

    [GeneratedRegex("""'([^']*)'|"([^"]*)\"""")]
    private static partial Regex Quotes();

    [GeneratedRegex(@"\$\{?\w+\}?")]
    private static partial Regex Variable();
}
