using System.CommandLine;

namespace CoVR.Cli.Hosting;

/// <summary>Rules for the values of options, told as wrong usage.</summary>
internal static class OptionRules
{
    /// <summary>A number must not be below another.</summary>
    public static Option<int> AtLeast(this Option<int> option, int least)
    {
        option.Validators.Add(result =>
        {
            if (result.Errors.Any() || result.GetValueOrDefault<int>() >= least)
            {
                return;
            }

            result.AddError($"{option.Name} is at least {least}.");
        });
        return option;
    }

    /// <summary>A number, where one is given, must not be below another.</summary>
    public static Option<int?> AtLeast(this Option<int?> option, int least)
    {
        option.Validators.Add(result =>
        {
            if (!result.Errors.Any() && result.GetValueOrDefault<int?>() < least)
            {
                result.AddError($"{option.Name} is at least {least}.");
            }
        });
        return option;
    }
}
