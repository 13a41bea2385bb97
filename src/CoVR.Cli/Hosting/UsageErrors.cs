using System.CommandLine;
using System.CommandLine.Parsing;
using CoVR.Cli.Runs;
using CoVR.Reproduction.Configuration;

namespace CoVR.Cli.Hosting;

/// <summary>Describes usage errors, with suggestions for misspelt names.</summary>
internal static class UsageErrors
{
    /// <summary>The message; null if the command line is valid.</summary>
    public static string? Of(ParseResult parsed)
    {
        // Help and version take precedence over errors.
        if (parsed.Action is { ClearsParseErrors: true })
        {
            return null;
        }

        var command = parsed.CommandResult.Command;
        string[] unknown = [.. Unknown(parsed)];

        // What follows a mistyped option is usually its value, and what follows a mistyped command its arguments.
        string[] options = [.. unknown.Where(token => token.StartsWith('-'))];
        unknown = command.Subcommands.Count > 0 ? unknown[..Math.Min(1, unknown.Length)] : unknown;
        string[] lines = unknown.Length == 0
            ? [.. parsed.Errors.Select(error => error.Message).Distinct()]
            : [.. (options.Length > 0 ? options : unknown).Select(token => Describe(token, command))];

        return lines.Length == 0 ? null : string.Join(Environment.NewLine, [.. lines.Select(line => $"error: {line}"), Where(command)]);
    }

    /// <summary>A sentence with the names nearest to an unknown one; empty if none is similar.</summary>
    public static string DidYouMean(string name, IEnumerable<string> names) => OptionsFaults.Nearest(name, names) switch
    {
        [] => "",
        [var only] => $" Did you mean '{only}'?",
        var several => $" Did you mean one of: {string.Join(", ", several)}?",
    };

    // Unmatched tokens, and options that were parsed as values.
    private static IEnumerable<string> Unknown(ParseResult parsed)
    {
        var literal = parsed.Tokens.SkipWhile(token => token.Type != TokenType.DoubleDash).ToHashSet(ReferenceEqualityComparer.Instance);
        return parsed.UnmatchedTokens
            .Concat(parsed.CommandResult.Children.OfType<ArgumentResult>()
                .SelectMany(argument => argument.Tokens)
                .Where(token => token.Value.StartsWith("--", StringComparison.Ordinal) && !literal.Contains(token))
                .Select(token => token.Value))
            .Distinct();
    }

    private static string Describe(string token, Command command)
    {
        if (token.StartsWith('-'))
        {
            var name = token.Split('=')[0];
            return command.Options.Any(option => option.Name == RunArguments.ShowConfig) && ConfigLibrary.HydraCounterpart(name) is { } instead
                ? $"Hydra's option '{name}' is not supported. {instead}"
                : $"there is no option '{name}'.{DidYouMean(name, Options(command))}";
        }

        return command.Subcommands.Count > 0
            ? $"there is no command '{token}'.{DidYouMean(token, command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name))}"
            : $"'{token}' is an unexpected argument.";
    }

    private static IEnumerable<string> Options(Command command) => command.Options
        .Concat(Ancestors(command).SelectMany(parent => parent.Options).Where(option => option.Recursive))
        .Where(option => !option.Hidden)
        .SelectMany(option => option.Aliases.Append(option.Name))
        .Where(name => name.StartsWith("--", StringComparison.Ordinal))
        .Distinct();

    private static string Where(Command command)
    {
        var path = string.Join(' ', Ancestors(command).Reverse().Append(command).Select(part => part is RootCommand ? "covr" : part.Name));
        var commands = command.Subcommands.Count == 0 ? "" : $"Commands: {string.Join(", ", command.Subcommands.Where(sub => !sub.Hidden).Select(sub => sub.Name))}.{Environment.NewLine}";
        return $"{commands}'{path} --help' shows the usage.";
    }

    private static IEnumerable<Command> Ancestors(Command command)
    {
        for (var parent = command.Parents.OfType<Command>().FirstOrDefault(); parent is not null; parent = parent.Parents.OfType<Command>().FirstOrDefault())
        {
            yield return parent;
        }
    }
}
