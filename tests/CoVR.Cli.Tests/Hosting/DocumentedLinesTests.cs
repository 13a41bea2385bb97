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
        var isDocument = page.EndsWith(".md", StringComparison.Ordinal);
        var scripts = isDocument ? Block().Matches(text).Where(match => match.Groups[1].Value is "" or "sh" or "bash").Select(match => match.Groups[2].Value) : [text];
        var lines = scripts.SelectMany(script => script.Replace("\\\n", " ", StringComparison.Ordinal).Split('\n')).SelectMany(CommandLines);
        var mentions = isDocument ? Mention().Matches(text).SelectMany(match => CommandLines(match.Groups[1].Value)) : [];

        var faults = lines.Select(line => (Line: line, Fault: Fault(line, isPart: false)))
            .Concat(mentions.Select(line => (Line: line, Fault: Fault(line, isPart: true))))
            .Where(found => found.Fault is not null)
            .Select(found => $"{page}: covr {string.Join(' ', found.Line)}: {found.Fault}");

        Assert.Empty(faults);
    }

    [Theory]
    [InlineData("covr search photos --txt cat")]
    [InlineData("covr serch photos")]
    [InlineData("ls && covr demo --seed x # comment")]
    public void Lines_ThatAreWrong_AreFound(string line) => Assert.NotNull(Fault(Assert.Single(CommandLines(line)), isPart: false));

    private string? Fault(string[] line, bool isPart)
    {
        // What is left out may be a command, so that what follows it cannot be checked; a mention need not be complete.
        var given = isPart ? line.TakeWhile(word => word != "…") : line;
        string? fault;
        try
        {
            fault = UsageErrors.Of(Root().Parse([.. given.Where(word => word != "[OPTIONS]")], new ParserConfiguration { ResponseFileTokenReplacer = null }));
        }
        catch (InvalidOperationException exception)
        {
            fault = exception.Message;      // a validator asked for a value that does not parse
        }

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
            var at = command is ["exec" or "do" or "sudo", ..] ? 1 : command.IndexOf("covr") is var place and > 0 && command[0] == "mpirun" ? place : 0;
            if (command.Count > at + 1 && (command[at] == "covr" || command[at].StartsWith("ExecStart=", StringComparison.Ordinal)))
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

    [GeneratedRegex("^```([a-z]*)\n(.*?)^```", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Block();

    [GeneratedRegex("`(covr [^`\n]+)`")]
    private static partial Regex Mention();

    [GeneratedRegex("""&&|\|\||[|;>&]|(?:'[^']*'|"[^"]*"|[^\s'"|;>&])+""")]
    private static partial Regex Word();

    [GeneratedRegex("'([^']*)'|\"([^\"]*)\"")]
    private static partial Regex Quotes();

    [GeneratedRegex(@"\$\{\w+[^}]*\}|\$\w+")]
    private static partial Regex Variable();
}
