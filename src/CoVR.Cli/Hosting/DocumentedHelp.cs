using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CoVR.Cli.Hosting;

/// <summary>The usual help, followed by notes and examples.</summary>
internal sealed class DocumentedHelp : SynchronousCommandLineAction
{
    private const int Widest = 120;
    private const int Narrowest = 60;

    private readonly HelpAction _usual;

    private readonly int _width;

    private DocumentedHelp(HelpAction usual, int width) => (_usual, _width) = (usual, width);

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>Installs it as the help of a command and its subcommands, and as the output of the bare command.</summary>
    /// <param name="root">The commands.</param>
    /// <param name="columns">The width of the console.</param>
    public static void Install(RootCommand root, int columns)
    {
        var option = root.Options.OfType<HelpOption>().First();
        var usual = (HelpAction)option.Action!;
        usual.MaxWidth = Math.Clamp(columns, Narrowest, Widest);
        var help = new DocumentedHelp(usual, Math.Max(columns, Narrowest));
        option.Action = help;
        if (root.Action is null)
        {
            root.SetAction(help.Invoke);
        }
    }

    /// <inheritdoc/>
    public override int Invoke(ParseResult parseResult)
    {
        var output = parseResult.InvocationConfiguration.Output;
        var result = _usual.Invoke(parseResult);
        if (parseResult.CommandResult.Command is not IDocumented documented)
        {
            return result;
        }

        if (documented.Notes is { } notes)
        {
            foreach (var line in notes.Split('\n').SelectMany(line => Wrapped(line.TrimEnd('\r'), _width)))
            {
                output.WriteLine(line);
            }

            output.WriteLine();
        }

        if (documented.Examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach (var example in documented.Examples)
            {
                output.WriteLine($"  {example.Line}");
                if (example.Says is { } says)
                {
                    output.WriteLine($"      {says}");
                }
            }

            output.WriteLine();
        }

        return result;
    }

    // Wrapped at words if a line is wider than the console.
    private static IEnumerable<string> Wrapped(string line, int width)
    {
        while (line.Length > width && line.LastIndexOf(' ', width) is var at and > 0)
        {
            yield return line[..at];
            line = line[(at + 1)..];
        }

        yield return line;
    }
}
