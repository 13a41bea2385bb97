namespace CoVR.Cli.Hosting;

/// <summary>Both spellings of an option: with hyphens, and with underscores as in the Python reference.</summary>
internal static class OptionNames
{
    /// <summary>Aliases of an option whose name has hyphens: the same with underscores, and any others.</summary>
    public static string[] Aliases(string name, params string[] others) =>
        [.. others.Append($"--{name.TrimStart('-').Replace('-', '_')}").Where(alias => alias != name).Distinct()];
}
