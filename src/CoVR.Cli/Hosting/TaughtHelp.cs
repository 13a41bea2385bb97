using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;

namespace CoVR.Cli.Hosting;

/// <summary>The usual help, followed by notes and examples.</summary>
internal sealed class TaughtHelp : SynchronousCommandLineAction
{
    private const int Width = 120;

    private readonly HelpAction _usual;

    private TaughtHelp(HelpAction usual) => _usual = usual;

    /// <inheritdoc/>
    public override bool ClearsParseErrors => true;

    /// <summary>Makes it the help of a command and all below, and what the command alone answers.</summary>
    public static void Install(RootCommand root)
    {
        var option = root.Options.OfType<HelpOption>().First();
        var usual = (HelpAction)option.Action!;
        usual.MaxWidth = Width;
        var help = new TaughtHelp(usual);
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
        if (parseResult.CommandResult.Command is not ITaught taught)
        {
            return result;
        }

        if (taught.Notes is { } notes)
        {
            output.WriteLine(notes);
            output.WriteLine();
        }

        if (taught.Examples.Count > 0)
        {
            output.WriteLine("Examples:");
            foreach (var example in taught.Examples)
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
}
