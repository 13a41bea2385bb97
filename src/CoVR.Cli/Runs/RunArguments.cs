using System.CommandLine;
using CoVR.Cli.Hosting;
using CoVR.Reproduction.Configuration;

namespace CoVR.Cli.Runs;

/// <summary>The arguments of <c>covr train</c> and <c>covr test</c>: group choices, values, and the configuration folder.</summary>
internal sealed class RunArguments
{
    /// <summary>The option that prints a configuration.</summary>
    public const string ShowConfig = "--show-config";

    private readonly Argument<string[]> _overrides = new("overrides")
    {
        Description = "Choices (data=cirr) and values (trainer.max_epochs=3; +name=… adds, ~name takes out).",
        Arity = ArgumentArity.ZeroOrMore,
    };

    private readonly Option<string[]> _folders = new("--config-dir", OptionNames.Aliases("--config-dir"))
    {
        Description = "A folder of your own configurations, which override covr's, as ./configs does.",
    };

    private readonly Option<string?> _config = new("--config") { Description = "Uses the configuration saved with a run (.hydra/config.yaml) instead of composing one." };
    private readonly Option<string[]> _presets = new("--preset") { Description = "The evaluation rules: reference (the paper's code), corrected, honest. Several are shown side by side. [default: reference and honest]" };
    private readonly Option<string?> _show = new(ShowConfig, OptionNames.Aliases(ShowConfig))
    {
        Description = "Prints the configuration, or its part (--show-config model), with the origin of each value, and exits.",
        Arity = ArgumentArity.ZeroOrOne,
    };

    private readonly CommandHost _host;
    private readonly string _command;

    private RunArguments(CommandHost host, string command) => (_host, _command) = (host, command);

    /// <summary>Adds the arguments to a command.</summary>
    public static RunArguments AddTo(CommandHost host, Command command)
    {
        var arguments = new RunArguments(host, command.Name);
        command.Add(arguments._overrides);
        Array.ForEach<Option>([arguments._folders, arguments._config, arguments._presets, arguments._show], command.Add);
        return arguments;
    }

    /// <summary>Composes the configuration.</summary>
    /// <exception cref="ConfigurationException">A name is unknown, or a value cannot be read.</exception>
    public ComposedConfiguration Compose(ParseResult parsed) => Compose(parsed, Overrides(parsed));

    /// <summary>Composes the configuration with other overrides than the given ones.</summary>
    /// <exception cref="ConfigurationException">A name is unknown, or a value cannot be read.</exception>
    public ComposedConfiguration Compose(ParseResult parsed, IReadOnlyList<string> overrides)
    {
        var library = new ConfigLibrary(ConfigLibrary.Folders(parsed.GetValue(_folders) ?? [], _host.Folder));
        return parsed.GetValue(_config) is { } saved ? library.Load(saved, overrides, _host.Folder) : library.Compose(_command, overrides, _host.Folder);
    }

    /// <summary>Prints the configuration if only that was requested.</summary>
    /// <returns>Whether it was.</returns>
    /// <exception cref="ConfigurationException">The part does not exist.</exception>
    public bool Shows(ParseResult parsed, ComposedConfiguration config)
    {
        if (parsed.GetResult(_show) is null)
        {
            return false;
        }

        var prefix = parsed.GetValue(_show) is { } part && !IsOverride(part) ? part.Replace('/', '.') : "";
        ConfigListing.Print(_host, config, prefix);
        return true;
    }

    /// <summary>The options by which another process finds the same configurations.</summary>
    public IEnumerable<string> Sources(ParseResult parsed) =>
    [
        .. (parsed.GetValue(_folders) ?? []).SelectMany(folder => new[] { _folders.Name, folder }),
        .. parsed.GetValue(_config) is { } saved ? new[] { _config.Name, saved } : [],
    ];

    /// <summary>The overrides, as typed.</summary>
    /// <remarks>What follows --show-config is its part, or already the next override.</remarks>
    public List<string> Overrides(ParseResult parsed)
    {
        List<string> overrides = [.. parsed.GetValue(_overrides) ?? []];
        if (parsed.GetValue(_show) is { } part && IsOverride(part))
        {
            overrides.Insert(0, part);
        }

        if (parsed.GetValue(_presets) is { Length: > 0 } presets)
        {
            overrides.Add($"++presets=[{string.Join(',', presets.SelectMany(preset => preset.Split(',')).Select(preset => preset.Trim()))}]");
        }

        return overrides;
    }

    private static bool IsOverride(string text) => text.Contains('=', StringComparison.Ordinal) || text.StartsWith('~') || text.StartsWith('+');
}
