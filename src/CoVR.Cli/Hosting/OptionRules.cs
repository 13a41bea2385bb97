using System.CommandLine;
using System.CommandLine.Parsing;

namespace CoVR.Cli.Hosting;

/// <summary>Validation of option values, reported as usage errors.</summary>
internal static class OptionRules
{
    /// <summary>How long the decoding of a video may take.</summary>
    public static Option<int> VideoTimeout() => new Option<int>("--video-timeout", OptionNames.Aliases("--video-timeout"))
    {
        Description = "Seconds after which decoding a video is given up; videos longer than 90 seconds of Full HD get proportionally more.",
        DefaultValueFactory = _ => 120,
    }.AtLeast(1);

    /// <summary>Requires a number to be at least a minimum.</summary>
    public static Option<int> AtLeast(this Option<int> option, int least) =>
        option.Require(result => result.GetValueOrDefault<int>() >= least, _ => $"{option.Name} must be at least {least}.");

    /// <summary>Requires a number, if given, to be at least a minimum.</summary>
    public static Option<int?> AtLeast(this Option<int?> option, int least) =>
        option.Require(result => !(result.GetValueOrDefault<int?>() < least), _ => $"{option.Name} must be at least {least}.");

    /// <summary>A number must be within bounds.</summary>
    public static Option<int> Between(this Option<int> option, int least, int most) => option.Require(
        result => result.GetValueOrDefault<int>() is var value && value >= least && value <= most,
        result => $"{option.Name} is {result.GetValueOrDefault<int>()}; it must be from {least} to {most}.");

    /// <summary>Requires what <paramref name="holds"/> says; a value that does not parse is a usage error as well.</summary>
    public static T Require<T>(this T option, Func<OptionResult, bool> holds, Func<OptionResult, string> fault)
        where T : Option
    {
        option.Validators.Add(result =>
        {
            try
            {
                if (!result.Errors.Any() && !holds(result))
                {
                    result.AddError(fault(result));
                }
            }
            catch (InvalidOperationException exception)
            {
                // Asking for a value that does not parse throws.
                result.AddError(exception.Message);
            }
        });
        return option;
    }
}

/// <summary>Both spellings of an option: with hyphens, and with underscores as in the Python reference.</summary>
internal static class OptionNames
{
    /// <summary>Aliases of an option whose name has hyphens: the same with underscores, and any others.</summary>
    public static string[] Aliases(string name, params string[] others) =>
        [.. others.Append($"--{name.TrimStart('-').Replace('-', '_')}").Where(alias => alias != name).Distinct()];
}
